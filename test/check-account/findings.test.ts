import { describe, expect, it } from "vitest";
import { clockFinding } from "../../src/check-account/findings.ts";
import type { Probe } from "../../src/check-account/probe.ts";

const SERVER_EPOCH_MS = Date.UTC(2022, 7, 21, 13, 49, 40);

/** An answer after so long, at which this machine's clock was so far ahead of what the header says. */
function answeredAfter(tookMs: number, aheadMs: number, serverEpochMs?: number): Probe<unknown> {
  const answer = { kind: "passed", value: undefined } as const;
  const told = serverEpochMs === undefined ? {} : { serverEpochMs };
  return {
    exchange: { answer, sentAtMs: 1_000, arrivedAtMs: 1_000 + tookMs, ...told },
    arrivedEpochMs: SERVER_EPOCH_MS + aheadMs,
  };
}

describe("this machine's clock", () => {
  it.each([
    ["agrees, as the header has whole seconds", 0, 999],
    ["agrees, as half of the time went by on the way back", 4_000, 2_500],
  ])("%s", (_title, tookMs, aheadMs) => {
    expect(clockFinding([answeredAfter(tookMs, aheadMs, SERVER_EPOCH_MS)], "1.0").state).toBe("ok");
  });

  it.each<[number, "1.0" | "2.0", RegExp]>([
    [30_500, "1.0", /^ok .* is 30 s ahead of the server's$/],
    [-29_500, "2.0", /^ok .* is 30 s behind the server's$/],
    [600_500, "1.0", /^warning .* is 600 s ahead of the server's: signatures contain the time.*NTP$/],
    [-599_500, "2.0", /^warning .* is 600 s behind the server's\. Set the clock/],
  ])("is reported if it is off by %i ms, for API %s", (aheadMs, api, expected) => {
    const { message, state } = clockFinding([answeredAfter(0, aheadMs, SERVER_EPOCH_MS)], api);
    expect(`${state} ${message}`).toMatch(expected);
  });

  it("is compared with the first answer that has the server's time, and is unknown if none has", () => {
    const silent = answeredAfter(0, 600_500);
    expect(clockFinding([silent], "1.0").state).toBe("unknown");
    expect(clockFinding([silent, answeredAfter(0, 500, SERVER_EPOCH_MS)], "1.0").state).toBe("ok");
  });
});
