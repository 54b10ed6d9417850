import { againstPeers } from "./against-peers.ts";
import { exports } from "./exports.ts";
import { type Scenario, TABLE_HEADER, tableLine } from "./figure.ts";
import { keep, type Taken, taken } from "./kept-figures.ts";
import { ledger } from "./ledger.ts";
import { memory } from "./memory.ts";
import { nights } from "./nights.ts";
import { pace } from "./pace.ts";
import { processor } from "./processor.ts";
import { reading } from "./reading.ts";
import { startUp } from "./start-up.ts";
import { throughput } from "./throughput.ts";

/*
 * Measures side by side in one run. Only the ratios count, because machines differ and their speed drifts.
 * Prints a Markdown table, then the same as JSON.
 *
 *     npm run bench                           everything: about an hour
 *     npm run bench -- throughput pace        these only
 *     npm run bench -- memory 50000 1000000   memory of these numbers of rows
 *     npm run bench -- throughput --keep      and put the figures into docs/benchmarks.json and docs/benchmarks.md
 */
const given = process.argv.slice(2);
const isKept = given.includes("--keep");
const words = given.filter((word) => word !== "--keep");
const counts = words.map(Number).filter((number) => !Number.isNaN(number));
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  pace,
  throughput,
  peers: againstPeers,
  processor,
  memory: memory(counts.length > 0 ? counts : [50_000, 1_000_000, 5_000_000]),
  reading,
  ledger,
  nights,
  exports,
  "start-up": startUp,
};

const named = words.filter((word) => Number.isNaN(Number(word)));
const unknown = named.filter((name) => SCENARIOS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(
    `there is no scenario ${unknown.join(", ")}; there are ${Object.keys(SCENARIOS).join(", ")}`,
  );
}
const results: Taken[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  results.push(taken(name, await scenario((line) => process.stderr.write(`${name}: ${line}\n`))));
  // Written after each scenario, because a run takes an hour and a later scenario may fail.
  if (isKept) keep(results, Object.keys(SCENARIOS), "docs/benchmarks.json", "docs/benchmarks.md");
}
const lines = results.flatMap(({ figures }) => figures.map(tableLine));
process.stdout.write(`${TABLE_HEADER}\n${lines.join("\n")}\n\n${JSON.stringify(results)}\n`);
