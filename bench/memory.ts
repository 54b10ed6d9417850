import { figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { servedSimulator } from "./served-simulator.ts";

/** Peak memory of an import of many rows over one of few. */
export function memory(few: number, many: number): Scenario {
  return async (say) => {
    const simulator = await servedSimulator();
    try {
      const small = await imported(simulator.baseUrl, few);
      const large = await imported(simulator.baseUrl, many);
      say(
        `peak memory: ${few} rows ${small.peakMiB.toFixed(0)} MiB, ${many} rows ${large.peakMiB.toFixed(0)} MiB`,
      );
      return [
        figureOf(`peak memory of ${many} rows over that of ${few}`, [large.peakMiB / small.peakMiB], {
          atMost: 1.3,
        }),
      ];
    } finally {
      simulator.stop();
    }
  };
}
