import { rmSync } from "node:fs";
import type { CoverageFile } from "monocart-coverage-reports";
import { count } from "./count.ts";
import { PAGES_FOLDER, RAW_FOLDER } from "./folders.ts";

/** Percent of a room's lines, and of its branches, that must be run; files in no folder of `src` count as one room. */
const GATES: ReadonlyMap<string, number> = new Map([
  ["domain", 100],
  ["engine", 100],
]);
const GATE_ELSEWHERE = 95;

/** Removes what an earlier run has left. */
export function setup(): void {
  rmSync(RAW_FOLDER, { recursive: true, force: true });
}

/**
 * Tells how much of each room was run, and of one that misses its gate also where it was not. Then the suite ends with
 * 1, whatever its tests said.
 */
export async function teardown(): Promise<void> {
  const files = await count().finally(setup);
  const told = [rowOf("run of the room", "lines", "branches", "gate")];
  for (const room of [...new Set(files.map(roomOf))].sort()) {
    const ofRoom = files.filter((file) => roomOf(file) === room);
    const gate = GATES.get(room) ?? GATE_ELSEWHERE;
    const percents = [percentRun(ofRoom, "lines"), percentRun(ofRoom, "branches")];
    const isMissed = percents.some((percent) => percent < gate);
    told.push(rowOf(room, ...[...percents, gate].map(inHundredths), isMissed ? "missed" : ""));
    if (!isMissed) continue;
    process.exitCode = 1;
    told.push(...ofRoom.flatMap(placesLeft));
  }
  console.log(`\n${told.join("\n")}\nLine by line: ${PAGES_FOLDER}index.html\n`);
}

function roomOf({ sourcePath }: CoverageFile): string {
  return /^src\/([^/]+)\//.exec(sourcePath)?.[1] ?? "src";
}

function percentRun(files: readonly CoverageFile[], metric: "lines" | "branches"): number {
  const total = files.reduce((sum, { summary }) => sum + summary[metric].total, 0);
  const covered = files.reduce((sum, { summary }) => sum + summary[metric].covered, 0);
  return total === 0 ? 100 : (covered / total) * 100;
}

/** Rounded down, so that 100.00 means all. */
const inHundredths = (percent: number): string => (Math.floor(percent * 100) / 100).toFixed(2);

function rowOf(room: string, ...cells: readonly string[]): string {
  return `${room.padEnd(16)}${cells.map((cell) => cell.padStart(10)).join("")}`;
}

/** The lines of the file in which something was never run. */
function placesLeft({ sourcePath, source = "", data }: CoverageFile): string[] {
  const lines = Object.entries(data?.lines ?? {}).filter(([, times]) => times === 0);
  const branches = (data?.branches ?? []).filter(({ count, ignored }) => count === 0 && ignored !== true);
  const numbers = [
    ...lines.map(([line]) => Number(line)),
    ...branches.map(({ start }) => source.slice(0, start).split("\n").length),
  ];
  if (numbers.length === 0) return [];
  return [`  ${sourcePath}: ${inRanges([...new Set(numbers)].sort((a, b) => a - b))}`];
}

/** `3-5, 9`, of numbers in order. */
function inRanges(numbers: readonly number[]): string {
  const firsts = numbers.filter((number, index) => numbers[index - 1] !== number - 1);
  const lasts = numbers.filter((number, index) => numbers[index + 1] !== number + 1);
  return firsts
    .map((first, index) => (lasts[index] === first ? first : `${first}-${lasts[index]}`))
    .join(", ");
}
