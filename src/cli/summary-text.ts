import { shellCommand } from "../domain/command-line.ts";
import { formatCount, formatDuration, pluralize } from "../domain/format.ts";
import { OUTCOMES } from "../domain/outcome.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";

/** The command that was typed. */
export interface CommandLine {
  readonly words: readonly string[];
  /** Those of the words that name inputs. */
  readonly inputs: readonly string[];
  readonly platform: string;
}

/** The last lines on the screen: what came of it, where the files are, and what to type next. */
export function summaryLines(finished: FinishedRun, typed: CommandLine): string[] {
  const { summary, files } = finished;
  const { outcomes } = summary;
  const parts = OUTCOMES.filter((outcome) => outcomes[outcome] > 0).map(
    (outcome) => `${formatCount(outcomes[outcome])} ${outcome}`,
  );
  const lines = [
    ...summary.stopReasons.map((shutdown) => `Stopped: ${shutdown.message}`),
    `${pluralize(summary.rows, "row")} in ${formatDuration(summary.durationMs)}: ${parts.join(", ") || "nothing to do"}`,
    ...(summary.recordsWithoutAlias > 0
      ? [`  besides    ${pluralize(summary.recordsWithoutAlias, "record")} without alias`]
      : []),
    `  report     ${files.report}`,
    `  results    ${files.results}`,
  ];
  if (files.failed !== undefined) {
    const toMend = summary.outcomes.invalid + summary.outcomes.conflict;
    lines.push(`  to mend    ${files.failed}${toMend > 0 ? "" : " (refused by Mimecast)"}`);
    lines.push(`  why        ${files.failedReasons}`);
  }
  if (files.remaining !== undefined) lines.push(`  run again  ${files.remaining}`);
  return [...lines, ...nextCommands(finished, typed)];
}

function nextCommands({ files }: FinishedRun, typed: CommandLine): string[] {
  const lines: string[] = [];
  if (files.remaining !== undefined) {
    // Standard input can't be read a second time; the file of what remains can.
    const words = typed.inputs.includes("-") ? withInput(typed, files.remaining) : typed.words;
    lines.push("To send what is left, run:", `  ${shellCommand(words, typed.platform)}`);
  }
  if (files.failed !== undefined) {
    lines.push(
      `To send what was refused, mend ${files.failed} and run:`,
      `  ${shellCommand(withInput(typed, files.failed), typed.platform)}`,
    );
  }
  return lines;
}

/** The same command for another file. */
function withInput({ words, inputs }: CommandLine, file: string): string[] {
  const [first] = inputs;
  return words.flatMap((word) => {
    if (word === first) return [file];
    return inputs.includes(word) ? [] : [word];
  });
}
