import { rmSync } from "node:fs";
import type { CoverageFile } from "monocart-coverage-reports";
import { count } from "./count.ts";
import { PAGES_FOLDER, RAW_FOLDER } from "./folders.ts";

/** Percent of the lines, and of the branches, that must be run: of each of these rooms, and of all others together. */
const WHOLE_ROOMS: readonly string[] = ["domain", "engine"];
const GATE_OF_WHOLE_ROOMS = 100;
const GATE_ELSEWHERE = 95;

/** Removes what an earlier run has left. */
export function setup(): void {
  rmSync(RAW_FOLDER, { recursive: true, force: true });
}

/**
 * Tells how much of each room was run, and where something was not if a gate is missed. Then the suite ends with 1,
 * whatever its tests said.
 */
export async function teardown(): Promise<void> {
  const files = await count().finally(setup);
  const told = [rowOf("run by the tests, %", "lines", "branches", "gate")];
  for (const room of [...new Set(files.map(roomOf))].sort()) {
    const ofRoom = files.filter((file) => roomOf(file) === room);
    if (WHOLE_ROOMS.includes(room)) told.push(...gateRows(room, ofRoom, GATE_OF_WHOLE_ROOMS));
    else told.push(rowOf(room, ...percentsRun(ofRoom).map(inHundredths)));
  }
  const elsewhere = files.filter((file) => !WHOLE_ROOMS.includes(roomOf(file)));
  told.push(...gateRows(`all but ${WHOLE_ROOMS.join(", ")}`, elsewhere, GATE_ELSEWHERE));
  console.log(`\n${told.join("\n")}\nLine by line: ${PAGES_FOLDER}index.html\n`);
}

/** The folder of `src` that the file is in. Files beside the rooms count with cli, which is above all of them. */
function roomOf({ sourcePath }: CoverageFile): string {
  return /^src\/([^/]+)\//.exec(sourcePath)?.[1] ?? "cli";
}

function gateRows(name: string, files: readonly CoverageFile[], gate: number): string[] {
  const percents = percentsRun(files);
  const isMissed = percents.some((percent) => percent < gate);
  const row = rowOf(name, ...[...percents, gate].map(inHundredths), isMissed ? "missed" : "");
  if (!isMissed) return [row];
  process.exitCode = 1;
  return [row, ...files.flatMap(placesLeft)];
}

function percentsRun(files: readonly CoverageFile[]): number[] {
  return (["lines", "branches"] as const).map((metric) => {
    const total = files.reduce((sum, { summary }) => sum + summary[metric].total, 0);
    const covered = files.reduce((sum, { summary }) => sum + summary[metric].covered, 0);
    return total === 0 ? 100 : (covered / total) * 100;
  });
}

/** Rounded down, so that 100.00 means all. */
const inHundredths = (percent: number): string => (Math.floor(percent * 100) / 100).toFixed(2);

function rowOf(name: string, ...cells: readonly string[]): string {
  return `${name.padEnd(22)}${cells.map((cell) => cell.padStart(10)).join("")}`.trimEnd();
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
