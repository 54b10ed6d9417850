import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { servedSimulator } from "./served-simulator.ts";

/** Rows in a call: many, because this scenario does not measure calls. */
const WORDS = ["--rows-per-request", "25"];

/** Fewer rounds for many rows, which take minutes and vary less. */
const ROUNDS = 3;
const MOST_FOR_ROUNDS = 1_000_000;

/** Measures the peak memory of imports of growing size, over that of the smallest. */
export function memory(rowCounts: readonly number[]): Scenario {
  return async (say) => {
    const simulator = await servedSimulator();
    const figures: Figure[] = [];
    let least: Figure | undefined;
    try {
      for (const rows of rowCounts) {
        const peaks: number[] = [];
        const rounds = rows > MOST_FOR_ROUNDS ? 1 : ROUNDS;
        while (peaks.length < rounds) {
          const { peakMiB, seconds } = await imported(simulator.baseUrl, rows, WORDS);
          peaks.push(peakMiB);
          say(`${rows} rows: ${peakMiB.toFixed(0)} MiB, ${seconds.toFixed(0)} s`);
        }
        const peak = figureOf(`peak memory at ${rows.toLocaleString("en-US")} rows, MiB`, peaks);
        figures.push(peak);
        if (least !== undefined) {
          const what = `peak memory at ${rows.toLocaleString("en-US")} rows over that of the fewest`;
          figures.push(figureOf(what, [peak.value / least.value], { atMost: 1.3 }));
        }
        least ??= peak;
      }
    } finally {
      simulator.shutdown();
    }
    return figures;
  };
}
