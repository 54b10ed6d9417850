import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CommandEnd } from "../command.ts";
import type { What } from "../disturbance.ts";
import { faultOfTheProgram } from "../invariants/talk.ts";
import { recordsIn } from "../records.ts";
import type { ChaosGroup } from "./directory.ts";
import type { ExportStep } from "./scenario.ts";
import { changesBetween, exportOf } from "./tables.ts";

/** An export that is over, as it looks from outside. */
export interface ExportSeen {
  readonly step: ExportStep;
  readonly end: CommandEnd;
  readonly done: readonly What[];
  readonly cwd: string;
  /** What the file held before, by the groups that were exported into it. */
  readonly before: readonly ChaosGroup[] | undefined;
  /** The changes that were there before. */
  readonly changesBefore: string | undefined;
  readonly isLast: boolean;
}

export const OUTPUT = "members.csv";
export const CHANGES = "changes.csv";

const SIGNAL_CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** What must hold after every export: it is whole, or it did not happen. */
export function exportFaults(seen: ExportSeen): string[] {
  return [
    ...faultOfTheProgram(seen.end),
    ...codeFaults(seen),
    ...outputFaults(seen),
    ...changesFaults(seen),
    ...leftFaults(seen),
  ];
}

/** What the file holds: the groups as they were before, or as they are now; undefined where it is neither. */
export function heldGroups({ before, cwd, step }: ExportSeen): readonly ChaosGroup[] | "nothing" | undefined {
  const content = contentOf(join(cwd, OUTPUT));
  if (content === undefined) return "nothing";
  const held = tableIn(content);
  if (held === textOf(exportOf(step.groups))) return step.groups;
  return before !== undefined && held === textOf(exportOf(before)) ? before : undefined;
}

function codeFaults({ done, end, isLast, step }: ExportSeen): string[] {
  if (end.isHung) return ["it did not end by itself"];
  if (end.signal !== null) {
    const isOurs = done.some(
      (what) => what.kind === "kill" || (what.kind === "signal" && what.signal === end.signal),
    );
    return isOurs ? [] : [`it died of ${end.signal}`];
  }
  const { code } = end;
  const isFatal = step.oddities.some((oddity) => oddity.isFatal);
  const isFoul =
    step.weather.faults.length > 0 ||
    step.weather.others !== undefined ||
    done.some(({ kind }) => kind === "restart" || kind === "latency");
  const isStarved = step.fileSizeBlocks !== undefined || done.some(({ kind }) => kind === "full-disk");
  const signals = done.flatMap((what) => (what.kind === "signal" ? [SIGNAL_CODES[what.signal]] : []));
  const isTrue =
    (code === 0 && !isFatal) ||
    (code === 1 && (isFatal || isFoul)) ||
    ((code === 69 || code === 77) && isFoul) ||
    (code === 73 && isStarved) ||
    signals.some((wanted) => wanted === code);
  return isTrue && (!isLast || code === 0) ? [] : [`it ended with ${code}, for which there was no reason`];
}

function outputFaults(seen: ExportSeen): string[] {
  const { before, done, end, step } = seen;
  if (!step.toFile) return printedFaults(seen);
  const held = heldGroups(seen);
  if (held === undefined) return [`${OUTPUT} is neither the export before nor this one`];
  const isNew = held === step.groups;
  if (end.code === 0) return isNew ? [] : [`it ended with 0, and ${OUTPUT} is not this export`];
  const mayBeNew = end.signal !== null || done.some(({ kind }) => kind === "rival");
  const isOld = held === (before ?? "nothing") || (isNew && same(before, step.groups));
  return isOld || mayBeNew ? [] : [`it ended with ${end.code}, and ${OUTPUT} is another`];
}

/** Standard output is begun only when the export is complete; a signal may end it in the middle. */
function printedFaults({ end, step }: ExportSeen): string[] {
  const wanted = textOf(exportOf(step.groups));
  if (end.code === 0) return tableIn(end.stdout) === wanted ? [] : ["what was printed is not the export"];
  if (end.stdout === "") return [];
  const isSignal = end.signal !== null || Object.values(SIGNAL_CODES).some((code) => code === end.code);
  const whole = end.stdout.slice(0, end.stdout.lastIndexOf("\n") + 1);
  const lines = tableIn(whole).split("\n").slice(0, -2);
  return isSignal && wanted.startsWith(lines.join("\n"))
    ? []
    : ["it printed something, and ended otherwise than with 0"];
}

function changesFaults({ before, changesBefore, cwd, end, step }: ExportSeen): string[] {
  const content = contentOf(join(cwd, CHANGES));
  const isKept = content === changesBefore;
  const isNew =
    content !== undefined && sorted(tableIn(content)) === sorted(textOf(changesBetween(before, step.groups)));
  if (end.code === 0 && step.withChanges && step.toFile)
    return isNew ? [] : [`${CHANGES} is not what changed`];
  // Changes get their name right before the export does.
  return isKept || (isNew && end.signal !== null)
    ? []
    : [`${CHANGES} is another, though nothing was exported`];
}

function leftFaults({ cwd, isLast }: ExportSeen): string[] {
  const names = readdirSync(cwd);
  return [
    ...names
      .filter((name) => isLast && name !== OUTPUT && name !== CHANGES)
      .map((name) => `${name} was left behind`),
    ...names
      .filter((name) => (statSync(join(cwd, name)).mode & 0o077) !== 0)
      .map((name) => `${name} can be read by others`),
  ];
}

function same(before: readonly ChaosGroup[] | undefined, after: readonly ChaosGroup[]): boolean {
  return before !== undefined && textOf(exportOf(before)) === textOf(exportOf(after));
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The records of a CSV text in a form in which they can be compared. */
function tableIn(content: string): string {
  return textOf(recordsIn(content).map(({ cells }) => cells));
}

function textOf(records: readonly (readonly string[])[]): string {
  return `${records.map((cells) => JSON.stringify(cells)).join("\n")}\n`;
}

function sorted(text: string): string {
  return text.split("\n").sort().join("\n");
}
