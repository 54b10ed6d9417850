import { expect, it } from "vitest";
import { type EtaInput, estimateEta } from "../../src/engine/eta.ts";

const ALONE: EtaInput = { quota: undefined, lanes: 10, latencyMs: 200, maxRatePerSecond: undefined };
const QUOTA = { perWindow: 720, windowMs: 5_000, left: 720 };

it.each<[title: string, calls: number, pace: Partial<EtaInput>, ms: number, limitedBy: string]>([
  ["by the answers' latency where nothing else binds", 100, {}, 2_000, "latency"],
  ["for the last call as for the others", 101, {}, 2_200, "latency"],
  ["by the quota where the lanes would be faster", 2_160, { lanes: 64, quota: QUOTA }, 10_000, "quota"],
  ["at once for what is left in the window", 700, { lanes: 700, quota: QUOTA }, 200, "latency"],
  ["as a share of the last window", 1_080, { lanes: 500, quota: QUOTA }, 2_500, "quota"],
  [
    "from the next window where this one is used up",
    720,
    { quota: { ...QUOTA, left: 0 }, lanes: 64 },
    5_000,
    "quota",
  ],
  ["by --max-rate where that is the least", 100, { maxRatePerSecond: 5 }, 20_000, "max-rate"],
  ["by the lanes where they are too few for the quota", 7_200, { quota: QUOTA }, 144_000, "latency"],
  ["for no calls at all", 0, { quota: QUOTA, maxRatePerSecond: 5 }, 0, "latency"],
])("estimates the time of the calls %s", (_title, calls, pace, ms, limitedBy) => {
  expect(estimateEta(calls, { ...ALONE, ...pace })).toEqual({ ms, limitedBy });
});
