import { BARE_GOT } from "./bare-loop.ts";
import { figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { measured } from "./measured-process.ts";
import { servedSimulator } from "./served-simulator.ts";

const ROWS = 100_000;
const BARE_ROWS = 20_000;
const ROUNDS = 3;

/** Processor time for 100,000 rows, one and 25 in a call, and of a bare loop of got calls for as many. */
export const processor: Scenario = async (say) => {
  const simulator = await servedSimulator();
  const single: number[] = [];
  const packed: number[] = [];
  const bare: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const words = [simulator.baseUrl, String(BARE_ROWS), "64"];
      bare.push((await measured(BARE_GOT, words)).cpuSeconds * (ROWS / BARE_ROWS));
      single.push((await imported(simulator.baseUrl, ROWS)).cpuSeconds);
      packed.push((await imported(simulator.baseUrl, ROWS, ["--rows-per-request", "25"])).cpuSeconds);
      say(
        `round ${round}: ${[single, packed, bare].map((rounds) => rounds.at(-1)?.toFixed(1)).join(" s, ")} s`,
      );
    }
  } finally {
    simulator.shutdown();
  }
  return [
    figureOf("processor seconds for 100,000 rows, one a call", single),
    figureOf("processor seconds for 100,000 rows, 25 a call", packed),
    figureOf("processor seconds of a bare got loop for as many", bare),
  ];
};
