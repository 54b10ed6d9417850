import { describe, expect, it } from "vitest";
import { AdaptiveConcurrency } from "../../src/engine/adaptive-concurrency.ts";
import { AdaptiveRate } from "../../src/engine/adaptive-rate.ts";
import { backoffMs } from "../../src/engine/backoff.ts";
import { CircuitBreaker, DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";

const RETRY = { maxAttempts: 6, baseMs: 500, ceilingMs: 30_000 } as const;

/** Draws the same numbers in every run. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A limiter that lets `perSecond` calls of each second through. */
function windowed(perSecond: number): (nowMs: number) => boolean {
  let second = -1;
  let count = 0;
  return (nowMs) => {
    const now = Math.floor(nowMs / 1_000);
    if (now !== second) count = 0;
    second = now;
    count += 1;
    return count <= perSecond;
  };
}

/** A limiter that lets a call through every so often, and a few in advance. */
function bucket(perSecond: number, burst: number): (nowMs: number) => boolean {
  let tokens = burst;
  let lastMs = 0;
  return (nowMs) => {
    tokens = Math.min(burst, tokens + ((nowMs - lastMs) * perSecond) / 1_000);
    lastMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/**
 * Sends rows as a run does, with its retries, breaker and lanes, in a time of its own: `lanes` calls in flight, each of `latencyMs`.
 * `isAlone` leaves the breaker and the number of lanes out. Returns the seconds, the calls, and how many rows had no success in their attempts.
 */
function sends(
  rowCount: number,
  isLet: (nowMs: number) => boolean,
  lanes = 16,
  latencyMs = 20,
  isAlone = false,
) {
  const rate = new AdaptiveRate();
  const breaker = new CircuitBreaker(DEFAULT_BREAKER);
  const laneCount = new AdaptiveConcurrency(lanes);
  const random = drawn(7);
  let fresh = rowCount;
  let parked: { dueMs: number; attempts: number }[] = [];
  let flying: { sentAtMs: number; attempts: number; isLet: boolean }[] = [];
  let [calls, unknown, done, nowMs] = [0, 0, 0, 0];
  for (; done < rowCount; nowMs += 1) {
    for (const call of flying.filter(({ sentAtMs }) => sentAtMs + latencyMs <= nowMs)) {
      const timed = { sentAtMs: call.sentAtMs, arrivedAtMs: nowMs };
      rate.record(timed, !call.isLet);
      laneCount.record(timed, !call.isLet);
      if (call.isLet) breaker.recordSuccess();
      else breaker.recordFailure({ kind: "no-response", sentAtMs: call.sentAtMs, nowMs });
      if (call.isLet || call.attempts === RETRY.maxAttempts) {
        done += 1;
        if (!call.isLet) unknown += 1;
      } else {
        parked.push({ dueMs: nowMs + backoffMs(RETRY, call.attempts, random()), attempts: call.attempts });
      }
    }
    flying = flying.filter(({ sentAtMs }) => sentAtMs + latencyMs > nowMs);
    const laneCountNow = isAlone ? lanes : breaker.probing ? 1 : laneCount.limit;
    const nextMs = Math.max(nowMs + rate.waitMs(nowMs), isAlone ? 0 : breaker.nextProbeMs);
    while (flying.length < laneCountNow && nextMs <= nowMs && rate.waitMs(nowMs) === 0) {
      const due = parked.find(({ dueMs }) => dueMs <= nowMs);
      if (due === undefined && fresh === 0) break;
      if (due === undefined) fresh -= 1;
      else parked = parked.filter((other) => other !== due);
      rate.sent(nowMs);
      calls += 1;
      flying.push({ sentAtMs: nowMs, attempts: (due?.attempts ?? 0) + 1, isLet: isLet(nowMs) });
    }
  }
  return { seconds: nowMs / 1_000, calls, unknown, rate };
}

describe("a limiter that answers 503 above a rate", () => {
  it.each([
    ["by windows of a second", windowed(30), 30],
    ["by a bucket of a second", bucket(30, 30), 30],
    ["by a bucket of ten", bucket(30, 10), 30],
    ["at 100 a second", windowed(100), 100],
    ["at 8 a second", bucket(8, 8), 8],
  ])("the run slows down to the service's rate and leaves no row unknown: %s", (_title, isLet, perSecond) => {
    const { seconds, calls, unknown } = sends(2_000, isLet);
    expect(unknown).toBe(0);
    expect(seconds).toBeLessThan((2_000 / perSecond) * 1.5);
    // All lanes at full speed for a second, before it is known.
    expect(calls).toBeLessThan(16 * 50 + 2_000 * 1.1);
  });

  it.each([1, 5, 64])("a rate limit works with %i lanes of different latencies", (lanes) => {
    for (const latencyMs of [2, 100, 400]) {
      const { unknown, seconds } = sends(1_000, windowed(30), lanes, latencyMs);
      expect(unknown).toBe(0);
      expect(seconds).toBeLessThan(Math.max(1_000 / 30, (1_000 * latencyMs) / lanes / 1_000) * 1.4 + 3);
    }
  });

  it("the run lifts its limit once the service has none", () => {
    const isLimited = windowed(30);
    const { rate, seconds } = sends(20_000, (nowMs) => nowMs > 20_000 || isLimited(nowMs));
    expect(seconds).toBeLessThan(120);
    expect(rate.perSecond).toBeUndefined();
  });

  it("the run lifts its limit when calls fail for another reason", () => {
    const isLimited = windowed(30);
    const random = drawn(5);
    const isLet = (nowMs: number) => (nowMs > 20_000 ? random() >= 0.25 : isLimited(nowMs));
    expect(sends(20_000, isLet, 16, 20, true).seconds).toBeLessThan(120);
  });
});

describe("calls that fail by themselves", () => {
  it.each([0.05, 0.15, 0.3, 0.5])(
    "calls that fail on their own hardly slow the others, at a share of %f",
    (share) => {
      const random = drawn(3);
      const freely = 20_000 / (16 * 50 * (1 - share));
      expect(sends(20_000, () => random() >= share, 16, 20, true).seconds).toBeLessThan(freely * 1.35 + 5);
    },
  );
});

describe("the rate", () => {
  it("there is no limit while all calls succeed, or while none does", () => {
    for (const isTroubled of [false, true]) {
      const rate = new AdaptiveRate();
      for (let nowMs = 0; nowMs < 60_000; nowMs += 10)
        rate.record({ sentAtMs: nowMs, arrivedAtMs: nowMs + 5 }, isTroubled);
      expect([rate.perSecond, rate.waitMs(60_000)]).toEqual([undefined, 0]);
    }
  });

  it("a short series of errors among thousands of calls sets no limit", () => {
    const rate = new AdaptiveRate();
    for (let nowMs = 0; nowMs < 10_000; nowMs += 1) {
      rate.record({ sentAtMs: nowMs, arrivedAtMs: nowMs + 5 }, nowMs >= 5_000 && nowMs < 5_100);
    }
    expect(rate.perSecond).toBeUndefined();
  });

  it("calls sent before the rate fell do not lower it again", () => {
    const rate = new AdaptiveRate();
    for (let nowMs = 0; nowMs <= 1_000; nowMs += 10)
      rate.record({ sentAtMs: nowMs, arrivedAtMs: nowMs }, nowMs % 20 === 0);
    const fallen = rate.perSecond;
    expect(fallen).toBeDefined();
    for (let nowMs = 1_010; nowMs < 3_000; nowMs += 10)
      rate.record({ sentAtMs: 500, arrivedAtMs: nowMs }, nowMs % 20 === 0);
    expect(rate.perSecond).toBe(fallen);
  });
});
