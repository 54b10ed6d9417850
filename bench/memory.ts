import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { servedSimulator } from "./served-simulator.ts";

/** Calls are not what is measured here. */
const WORDS = ["--rows-per-request", "25"];

/** Peak memory of imports of more and more rows, over that of the fewest. */
export function memory(rowCounts: readonly number[]): Scenario {
  return async (say) => {
    const simulator = await servedSimulator();
    const figures: Figure[] = [];
    let leastMiB: number | undefined;
    try {
      for (const rows of rowCounts) {
        const { peakMiB, seconds } = await imported(simulator.baseUrl, rows, WORDS);
        say(`${rows} rows: ${peakMiB.toFixed(0)} MiB, ${seconds.toFixed(0)} s`);
        figures.push(figureOf(`peak memory at ${rows.toLocaleString("en-US")} rows, MiB`, [peakMiB]));
        if (leastMiB !== undefined) {
          figures.push(
            figureOf(
              `peak memory at ${rows.toLocaleString("en-US")} rows over that of the fewest`,
              [peakMiB / leastMiB],
              {
                atMost: 1.3,
              },
            ),
          );
        }
        leastMiB ??= peakMiB;
      }
    } finally {
      simulator.stop();
    }
    return figures;
  };
}
