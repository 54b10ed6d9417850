import { OUTCOMES } from "../domain/outcome.ts";
import type { FinishedRun } from "../import-aliases/finish-run.ts";
import { commandLine, count, counted, duration } from "./words.ts";

/** The last lines on the screen: what came of it, where the files are, and what to type next. */
export function endLines(
  finished: FinishedRun,
  command: readonly string[],
  inputs: readonly string[],
): string[] {
  const { summary, files } = finished;
  const { outcomes } = summary;
  const parts = OUTCOMES.filter((outcome) => outcomes[outcome] > 0).map(
    (outcome) => `${count(outcomes[outcome])} ${outcome}`,
  );
  const lines = [
    ...summary.stops.map((stop) => `Stopped: ${stop.message}`),
    `${counted(summary.rows, "row")} in ${duration(summary.durationMs)}: ${parts.join(", ") || "nothing to do"}`,
    `  results    ${files.results}`,
  ];
  if (files.failed !== undefined) {
    const toMend = summary.outcomes.invalid + summary.outcomes.conflict;
    lines.push(`  to mend    ${files.failed}${toMend > 0 ? "" : " (refused by Mimecast)"}`);
    lines.push(`  why        ${files.failedReasons}`);
  }
  if (files.remaining !== undefined) lines.push(`  run again  ${files.remaining}`);
  return [...lines, ...nextLines(finished, command, inputs)];
}

function nextLines(finished: FinishedRun, command: readonly string[], inputs: readonly string[]): string[] {
  const { files } = finished;
  const lines: string[] = [];
  if (files.remaining !== undefined) {
    // Standard input can't be read a second time; the file of what remains can.
    const again = inputs.includes("-") ? withInput(command, inputs, files.remaining) : command;
    lines.push("To send what is left, run:", `  ${commandLine(again)}`);
  }
  if (files.failed !== undefined) {
    lines.push(
      `To send what was refused, mend ${files.failed} and run:`,
      `  ${commandLine(withInput(command, inputs, files.failed))}`,
    );
  }
  return lines;
}

/** The same command for another file. */
function withInput(command: readonly string[], inputs: readonly string[], file: string): string[] {
  const [first] = inputs;
  return command.flatMap((word) => {
    if (word === first) return [file];
    return inputs.includes(word) ? [] : [word];
  });
}
