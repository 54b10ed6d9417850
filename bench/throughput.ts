import { BARE_GOT } from "./bare-loop.ts";
import { figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { measured } from "./measured-process.ts";
import { servedSimulator } from "./served-simulator.ts";

const ROWS = 20_000;
/** Enough that start-up counts no more than in a migration. */
const PACKED_ROWS = 100_000;
const ROUNDS = 3;
const CONCURRENCY = "64";

/**
 * Measures rows a second without a quota, against a bare loop of got calls: whole processes against one simulator, taking
 * turns. Ledger, files and start-up are in the import's time.
 */
export const throughput: Scenario = async (say) => {
  const simulator = await servedSimulator();
  const single: number[] = [];
  const packed: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const bare = await measured(BARE_GOT, [simulator.baseUrl, String(ROWS), CONCURRENCY]);
      const one = await imported(simulator.baseUrl, ROWS, ["--concurrency", CONCURRENCY]);
      const many = await imported(simulator.baseUrl, PACKED_ROWS, [
        "--concurrency",
        CONCURRENCY,
        "--rows-per-request",
        "25",
      ]);
      single.push(bare.seconds / one.seconds);
      packed.push((PACKED_ROWS / many.seconds) * (bare.seconds / ROWS));
      const rates = [ROWS / bare.seconds, ROWS / one.seconds, PACKED_ROWS / many.seconds].map(Math.round);
      say(
        `round ${round}: rows/s: bare got ${rates[0]}, import ${rates[1]}, with 25 rows a call ${rates[2]}`,
      );
    }
  } finally {
    simulator.shutdown();
  }
  return [
    figureOf("import over a bare got loop, rows a second", single, { atLeast: 0.95 }),
    figureOf("import with 25 rows a call over a bare got loop, rows a second", packed, { atLeast: 4 }),
  ];
};
