import { spawnSync } from "node:child_process";
import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { CLI } from "./imported.ts";

const ROUNDS = 15;
const MOST_MS = 60;

/** Measures how much later than a bare Node the program has printed its answer, in ms. */
export const startUp: Scenario = async () => ["--version", "--help"].map(overBareNode);

function overBareNode(word: string): Figure {
  const differences = Array.from({ length: ROUNDS }, () => msOf([CLI, word]) - msOf(["-e", "0"]));
  return figureOf(`start-up of ${word} over node -e 0, ms`, differences, { atMost: MOST_MS });
}

function msOf(words: readonly string[]): number {
  const beganMs = performance.now();
  const { status } = spawnSync(process.execPath, words, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status}`);
  return performance.now() - beganMs;
}
