import { describe, expect, it } from "vitest";
import type { LongWait } from "../../src/domain/long-wait.ts";
import { AdaptiveRate } from "../../src/engine/adaptive-rate.ts";
import { LongWaits } from "../../src/engine/long-waits.ts";
import { Permits } from "../../src/engine/permit.ts";
import { QuotaGovernor } from "../../src/engine/quota.ts";
import { Stop, StoppedError } from "../../src/engine/stop.ts";
import { OwnClock, settled } from "./own-clock.ts";

function threeASecond() {
  const clock = new OwnClock();
  const stop = new Stop();
  const governor = new QuotaGovernor({ reservePercent: 0, maxRatePerSecond: 3 });
  const rate = new AdaptiveRate();
  const waits: LongWait[] = [];
  const longWaits = new LongWaits(clock, { waiting: (wait) => void waits.push(wait) });
  const permits = new Permits(governor, rate, longWaits, clock, stop);
  const given: number[] = [];
  const refused: unknown[] = [];
  const ask = (count: number): void => {
    for (let asked = 0; asked < count; asked += 1) {
      permits.next().then(
        () => given.push(clock.nowMs()),
        (error: unknown) => refused.push(error),
      );
    }
  };
  return { clock, stop, rate, governor, waits, permits, given, refused, ask };
}

describe("permits", () => {
  it("are given at once while the quota lasts, and then as it comes back", async () => {
    const { clock, given, ask } = threeASecond();
    ask(7);
    await settled();
    expect(given).toEqual([0, 0, 0]);
    await clock.pass(999);
    expect(given).toHaveLength(3);
    await clock.pass(1);
    expect(given).toEqual([0, 0, 0, 1000, 1000, 1000]);
    await clock.pass(1000);
    expect(given).toHaveLength(7);
  });

  it("are given to nobody once the run is stopped: whoever waits is told, and holds no timer", async () => {
    const { clock, stop, given, refused, ask } = threeASecond();
    ask(5);
    await settled();
    stop.stop({ kind: "deadline", message: "" });
    ask(1);
    await settled();
    expect(given).toHaveLength(3);
    expect(refused).toHaveLength(3);
    expect(refused.every((error) => error instanceof StoppedError)).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it("that were refused count for nothing in the quota", async () => {
    const { stop, refused, ask, permits, clock } = threeASecond();
    stop.stop({ kind: "deadline", message: "" });
    ask(10);
    await settled();
    expect(refused).toHaveLength(10);
    expect(permits.waitedMs).toBe(0);
    expect(clock.sleeping).toBe(0);
  });
});

describe("permits while the service answers 503 above a rate", () => {
  /** Two calls a second get through, and two do not. */
  function limited() {
    const parts = threeASecond();
    for (let nowMs = -5_000; nowMs <= 0; nowMs += 250)
      parts.rate.took({ sentAtMs: nowMs, arrivedAtMs: nowMs }, nowMs % 500 !== 0);
    return parts;
  }

  it("are given one after the other at the rate, which is no wait for the quota", async () => {
    const { clock, given, ask, permits } = limited();
    ask(4);
    for (let ms = 0; ms < 2_000; ms += 10) await clock.pass(10);
    expect(given).toHaveLength(4);
    for (const [index, atMs] of given.slice(1).entries())
      expect(atMs - (given[index] ?? 0)).toBeGreaterThanOrEqual(400);
    expect(permits.waitedMs).toBe(0);
  });

  it("are given to nobody once the run is stopped", async () => {
    const { clock, refused, ask, stop } = limited();
    ask(4);
    await settled();
    stop.stop({ kind: "deadline", message: "" });
    await settled();
    expect(refused).toHaveLength(3);
    expect(clock.sleeping).toBe(0);
  });
});

describe("the time that calls were held back", () => {
  it("is none while all go at once", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(3);
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(0);
  });

  it("is counted once, however many lanes wait, and while they wait", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(6);
    await clock.pass(400);
    expect(permits.waitedMs).toBe(400);
    await clock.pass(600);
    expect(permits.waitedMs).toBe(1000);
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(1000);
    ask(5);
    await clock.pass(400);
    expect(permits.waitedMs).toBe(1400);
    await clock.pass(600);
    expect(permits.waitedMs).toBe(2000);
  });

  it("begins with the first lane that waits, not with the last", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(4);
    await clock.pass(300);
    ask(1);
    await clock.pass(700);
    expect(permits.waitedMs).toBe(1000);
  });

  it("ends when the run is stopped", async () => {
    const { clock, stop, permits, ask } = threeASecond();
    ask(4);
    await clock.pass(300);
    stop.abandon();
    await settled();
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(300);
  });
});

describe("a wait for the quota", () => {
  it("of more than 30 s is announced once, with its end and its source, and a shorter one is not", async () => {
    const { clock, governor, ask, waits } = threeASecond();
    await clock.pass(7_000);
    governor.hold(clock.nowMs() + 30_000);
    ask(2);
    await settled();
    expect(waits).toEqual([]);
    governor.hold(clock.nowMs() + 30_001);
    ask(2);
    await settled();
    expect(waits).toEqual([{ waitMs: 30_001, endEpochMs: 37_001, source: "quota" }]);
  });
});
