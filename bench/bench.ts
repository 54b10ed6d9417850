import { againstPeers } from "./against-peers.ts";
import { exports } from "./exports.ts";
import { type Figure, type Scenario, TABLE_HEADER, tableLine } from "./figure.ts";
import { memory } from "./memory.ts";
import { nights } from "./nights.ts";
import { pace } from "./pace.ts";
import { processor } from "./processor.ts";
import { reading } from "./reading.ts";
import { startUp } from "./start-up.ts";
import { throughput } from "./throughput.ts";

/*
 * Measures, side by side in one run; what counts are the ratios, since machines differ and their speed drifts.
 * Prints a Markdown table, then the same as JSON.
 *
 *     npm run bench                                    everything: about half an hour
 *     npm run bench -- throughput pace                 these only
 *     npm run bench -- memory 50000 1000000 5000000    memory of so many rows
 */
const words = process.argv.slice(2);
const counts = words.map(Number).filter((number) => !Number.isNaN(number));
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  throughput,
  peers: againstPeers,
  processor,
  memory: memory(counts.length > 0 ? counts : [50_000, 1_000_000]),
  "start-up": startUp,
  nights,
  pace,
  reading,
  exports,
};

const named = words.filter((word) => Number.isNaN(Number(word)));
const unknown = named.filter((name) => SCENARIOS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(
    `there is no scenario ${unknown.join(", ")}; there are ${Object.keys(SCENARIOS).join(", ")}`,
  );
}
const figures: Figure[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  figures.push(...(await scenario((line) => process.stderr.write(`${name}: ${line}\n`))));
}
process.stdout.write(`${TABLE_HEADER}\n${figures.map(tableLine).join("\n")}\n\n${JSON.stringify(figures)}\n`);
