import { parseArgs } from "node:util";
import { playSeeds, violationText } from "./play-seeds.ts";
import { Tally } from "./tally.ts";

/*
 * Plays seeds and prints what was broken, and what was done as a Markdown table. Needs the built program.
 *
 *     npm run chaos -- --seeds 1000 --from 1 --side-by-side 8
 *
 * Ends with 1 where something was broken.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    "side-by-side": { type: "string", default: "8" },
  },
});
const from = Number(values.from);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
const tally = new Tally();
const startMs = performance.now();
const played = await playSeeds(seeds, Number(values["side-by-side"]), tally, (one) => {
  if (one.violations.length > 0) process.stdout.write(`${violationText(one)}\n`);
  if (tally.seeds % 100 === 0)
    process.stderr.write(`${tally.seeds} seeds, ${tally.runs + tally.exports} runs\n`);
});
const broken = played.filter(({ violations }) => violations.length > 0);
const figures: readonly (readonly [string, number])[] = [
  ["seeds", tally.seeds],
  ["imports", tally.runs],
  ["rows", tally.rows],
  ["exports", tally.exports],
  ["members", tally.members],
  ["calls", tally.calls],
  ["seconds", Math.round((performance.now() - startMs) / 1_000)],
  ...sorted(tally.disturbances),
  ...sorted(tally.ends),
  ["seeds that broke what must hold", broken.length],
];
process.stdout.write(
  `\n| | |\n|---|---:|\n${figures.map(([what, count]) => `| ${what} | ${count} |`).join("\n")}\n`,
);
process.exitCode = broken.length > 0 ? 1 : 0;

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}
