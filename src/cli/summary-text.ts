import { shellCommand } from "../domain/command-line.ts";
import { formatCount, formatDuration, pluralize } from "../domain/format.ts";
import { OUTCOMES } from "../domain/outcome.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";

/** The command as the user typed it. */
export interface CommandLine {
  readonly words: readonly string[];
  /** The words that name inputs. */
  readonly inputs: readonly string[];
  readonly platform: string;
}

/** Returns the last lines on the screen: outcomes, files, and the commands to run next. */
export function summaryLines(finished: FinishedRun, typed: CommandLine): string[] {
  const { summary, files } = finished;
  const { outcomes } = summary;
  const parts = OUTCOMES.filter((outcome) => outcomes[outcome] > 0).map(
    (outcome) => `${formatCount(outcomes[outcome])} ${outcome}`,
  );
  const lines = [
    ...summary.stopReasons.map(({ message }) => `Stopped: ${message}`),
    `${pluralize(summary.rows, "row")} in ${formatDuration(summary.durationMs)}: ${parts.join(", ") || "nothing to do"}`,
    ...(summary.recordsWithoutAlias > 0
      ? [`  also       ${pluralize(summary.recordsWithoutAlias, "record")} without alias`]
      : []),
    `  report     ${files.report}`,
    `  results    ${files.results}`,
  ];
  if (files.failed !== undefined) {
    const toFixCount = summary.outcomes.invalid + summary.outcomes.conflict;
    lines.push(`  to fix     ${files.failed}${toFixCount > 0 ? "" : " (rejected by Mimecast)"}`);
    lines.push(`  reasons    ${files.failedReasons}`);
  }
  if (files.remaining !== undefined) lines.push(`  to retry   ${files.remaining}`);
  return [...lines, ...nextCommands(finished, typed)];
}

function nextCommands({ files }: FinishedRun, typed: CommandLine): string[] {
  const lines: string[] = [];
  if (files.remaining !== undefined) {
    // Standard input can't be read twice, but remaining.csv can.
    const words = typed.inputs.includes("-") ? withInput(typed, files.remaining) : typed.words;
    lines.push("To send the remaining rows, run:", `  ${shellCommand(words, typed.platform)}`);
  }
  if (files.failed !== undefined) {
    lines.push(
      `To send the failed rows, fix ${files.failed} and run:`,
      `  ${shellCommand(withInput(typed, files.failed), typed.platform)}`,
    );
  }
  return lines;
}

/** Returns the same command with `file` as its only input. */
function withInput({ words, inputs }: CommandLine, file: string): string[] {
  const [first] = inputs;
  return words.flatMap((word) => {
    if (word === first) return [file];
    return inputs.includes(word) ? [] : [word];
  });
}
