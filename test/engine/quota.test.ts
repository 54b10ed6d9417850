import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RateLimitHeaders } from "../../src/domain/response.ts";
import { QuotaGovernor } from "../../src/engine/quota.ts";
import { live, type World } from "./simulated-quota.ts";

/** How many calls are let through at this instant. */
function letThrough(governor: QuotaGovernor, nowMs: number, most = 10_000): number {
  for (let count = 0; count < most; count += 1) if (governor.tryAcquire(nowMs) > 0) return count;
  return most;
}

/** A governor that sent its first call at 0 and was told of 10 calls in 1000 ms. */
function informed(reservePercent = 0): QuotaGovernor {
  const governor = new QuotaGovernor({ reservePercent });
  governor.tryAcquire(0);
  governor.update({ limit: 10, remaining: 9, resetMs: 1000 }, 0);
  return governor;
}

describe("the quota", () => {
  it("no call waits before the first response reports the quota", () => {
    const governor = new QuotaGovernor({ reservePercent: 10 });
    expect(governor.snapshot(0)).toBeUndefined();
    expect(letThrough(governor, 0, 50)).toBe(50);
  });

  it.each([
    [0, 9],
    [10, 8],
    [15, 7],
    [50, 4],
    [99, 0],
  ])("a reserve of %i percent leaves %i of 10 calls after the first", (reservePercent, left) => {
    expect(letThrough(informed(reservePercent), 100)).toBe(left);
  });

  it("the quota renews a few milliseconds after the window ends", () => {
    const governor = informed();
    letThrough(governor, 100);
    expect(governor.tryAcquire(100)).toBe(905);
    expect(governor.tryAcquire(1004)).toBe(1);
    expect(letThrough(governor, 1005)).toBe(10);
    // What was left in the window before is no part of this one.
    expect(letThrough(informed(), 1005)).toBe(10);
  });

  it("the quota limits the next window before its first response", () => {
    const governor = informed(10);
    letThrough(governor, 100);
    expect(letThrough(governor, 1005)).toBe(9);
    // No answer told when it ends: it is waited for as long as it can last.
    expect(governor.tryAcquire(1500)).toBe(510);
    expect(governor.tryAcquire(2009)).toBe(1);
    expect(letThrough(governor, 2010)).toBe(9);
  });

  it("the use by other integrations is subtracted once a response reports it", () => {
    const governor = new QuotaGovernor({ reservePercent: 0 });
    governor.tryAcquire(0);
    governor.update({ limit: 10, remaining: 5, resetMs: 1000 }, 0);
    expect(governor.snapshot(100)).toMatchObject({ left: 5 });
    expect(letThrough(governor, 100)).toBe(5);
  });

  it("calls in flight count once, however late and in whatever order their responses arrive", () => {
    const governor = informed();
    for (let sent = 0; sent < 5; sent += 1) governor.tryAcquire(50);
    for (const remaining of [4, 7, 5, 8, 6]) governor.update({ limit: 10, remaining, resetMs: 900 }, 50);
    expect(letThrough(governor, 200)).toBe(4);
  });

  it("the quota follows a changed limit", () => {
    const governor = informed();
    governor.update({ limit: 4, remaining: 3, resetMs: 900 }, 0);
    expect(letThrough(governor, 100)).toBe(3);
  });

  it("the snapshot has the limit, the window and the calls left", () => {
    const governor = informed(10);
    expect(governor.snapshot(100)).toEqual({ limit: 10, windowMs: 1000, left: 8, perWindow: 9 });
    letThrough(governor, 100);
    expect(governor.snapshot(200)).toEqual({ limit: 10, windowMs: 1000, left: 0, perWindow: 9 });
    expect([1_004, 1_005].map((nowMs) => governor.snapshot(nowMs)?.left)).toEqual([0, 9]);
    expect(governor.snapshot(2000)).toEqual({ limit: 10, windowMs: 1000, left: 9, perWindow: 9 });
    // A window of which no answer tells as yet.
    expect(governor.tryAcquire(2000)).toBe(0);
    expect(governor.snapshot(9000)).toEqual({ limit: 10, windowMs: 1000, left: 8, perWindow: 9 });
  });
});

describe("what others usually use of a window", () => {
  /** Windows of 1000 ms in which we call once, and others so often. */
  function sharedWith(...others: readonly number[]): QuotaGovernor {
    const governor = new QuotaGovernor({ reservePercent: 0 });
    for (const [index, used] of others.entries()) {
      const nowMs = index * 2_000;
      governor.tryAcquire(nowMs);
      governor.update({ limit: 100, remaining: 99 - used, resetMs: 1_000 }, nowMs);
    }
    governor.tryAcquire(others.length * 2_000);
    return governor;
  }

  it("the estimate of other clients' use follows window by window and is subtracted from a window", () => {
    const perWindow = (...others: readonly number[]) => sharedWith(...others).snapshot(0)?.perWindow;
    expect(perWindow()).toBeUndefined();
    expect(perWindow(0)).toBe(100);
    expect(perWindow(40)).toBe(100 - 12);
    expect(perWindow(40, 40)).toBe(100 - 20);
    expect(perWindow(40, 0)).toBe(100 - 8);
    expect(perWindow(...Array.from({ length: 30 }, () => 99))).toBe(1);
  });

  it("a window without a response does not change the estimate of other clients' use", () => {
    const governor = sharedWith(40);
    letThrough(governor, 2_000);
    expect(letThrough(governor, 3_005)).toBe(100);
    expect(governor.snapshot(3_005)?.perWindow).toBe(100 - 12);
  });

  it("the use by others in an ended window is not subtracted from the next", () => {
    expect(sharedWith(40).snapshot(2_000)).toMatchObject({ left: 99 });
  });
});

describe("an answer that comes late", () => {
  it("a late response that extends the previous window delays calls and does not count in this window", () => {
    const governor = informed();
    letThrough(governor, 100);
    expect(letThrough(governor, 1005, 3)).toBe(3);
    // It took a shorter way than the first, and says that the old window lasts until 1045.
    governor.update({ limit: 10, remaining: 0, resetMs: 40 }, 1005);
    expect(governor.tryAcquire(1010)).toBe(40);
    expect(letThrough(governor, 1050)).toBe(7);
  });

  it("a response from a new window begins that window and does not extend the old one", () => {
    const governor = informed();
    for (let sent = 0; sent < 8; sent += 1) governor.tryAcquire(50);
    // This call was on its way when the window ended: it is the new one's first.
    governor.tryAcquire(1000);
    governor.update({ limit: 10, remaining: 9, resetMs: 1000 }, 1000);
    expect(letThrough(governor, 1200)).toBe(9);
    expect(governor.tryAcquire(1200)).toBe(805);
  });

  it("the safety margin grows with the spread of responses and shrinks with their number", () => {
    const governor = informed();
    letThrough(governor, 100);
    const waits = Array.from({ length: 4 }, () => {
      governor.update({ limit: 10, remaining: 0, resetMs: 988 }, 0);
      return governor.tryAcquire(100) - 905;
    });
    expect(waits).toEqual([24 / 2, 24 / 3, 24 / 4, 24 / 5].map((ms) => expect.closeTo(ms)));
  });

  it("a response never moves the end of the window to an earlier time", () => {
    const governor = informed();
    governor.update({ limit: 10, remaining: 9, resetMs: 700 }, 0);
    letThrough(governor, 100);
    expect(governor.tryAcquire(500)).toBeGreaterThanOrEqual(505);
  });
});

describe("after a 429", () => {
  it("after a 429 no call is sent before the given time; of two times the later counts", () => {
    const governor = informed();
    governor.pauseUntil(400);
    governor.pauseUntil(300);
    expect(governor.tryAcquire(100)).toBe(300);
    expect(governor.tryAcquire(399)).toBe(1);
    expect(governor.tryAcquire(400)).toBe(0);
  });

  it("a 429 without quota headers still delays calls", () => {
    const governor = new QuotaGovernor({ reservePercent: 10 });
    governor.pauseUntil(1000);
    expect(governor.tryAcquire(0)).toBe(1000);
    expect(governor.tryAcquire(1000)).toBe(0);
  });
});

describe("plausible headers", () => {
  const DAY_MS = 86_400_000;
  const told = (reading: RateLimitHeaders) => {
    const governor = new QuotaGovernor({ reservePercent: 0 });
    governor.update(reading, 0);
    return governor.snapshot(0);
  };

  it.each([
    ["a limit of one", { limit: 1, remaining: 0, resetMs: 1_000 }, { limit: 1, left: 0 }],
    ["a limit of a billion", { limit: 1e9, remaining: 1e9, resetMs: 1_000 }, { limit: 1e9, left: 1e9 }],
    ["a limit with a fraction", { limit: 10.5, remaining: 10, resetMs: 1_000 }, { limit: 10, left: 10 }],
    ["a window of a day", { limit: 10, remaining: 9, resetMs: DAY_MS }, { windowMs: DAY_MS, left: 9 }],
    ["nothing left", { limit: 10, remaining: 0, resetMs: 1_000 }, { limit: 10, left: 0 }],
    ["no number of calls left", { limit: 10, resetMs: 1_000 }, { limit: 10, left: 10 }],
  ])("plausible headers are used: %s", (_title, reading, view) => {
    expect(told(reading)).toMatchObject(view);
  });

  it.each([
    ["a limit alone", { limit: 10 }],
    ["a window of no time", { limit: 10, remaining: 5, resetMs: 0 }],
    ["a window of more than a day", { limit: 10, remaining: 5, resetMs: DAY_MS + 1 }],
    ["a limit above a billion", { limit: 1e9 + 1, remaining: 5, resetMs: 1_000 }],
    ["a limit below one", { limit: 0.9, remaining: 0, resetMs: 1_000 }],
  ])("headers without a usable window give no snapshot: %s", (_title, reading) => {
    expect(told(reading)).toBeUndefined();
  });

  it.each([
    ["more left than the limit", { limit: 10, remaining: 11, resetMs: 1_000 }],
    ["less than nothing left", { limit: 10, remaining: -1, resetMs: 1_000 }],
  ])("an implausible Remaining gives a window without use by others: %s", (_title, reading) => {
    expect(told(reading)).toMatchObject({ limit: 10, left: 10 });
  });
});

describe("impossible headers", () => {
  const HOUR_MS = 3_600_000;
  const absurd = [
    ["nothing", {}],
    ["a limit alone", { limit: 10 }],
    ["no limit", { remaining: 5, resetMs: 100 }],
    ["a limit of none", { limit: 0, remaining: 0, resetMs: 1000 }],
    ["a negative limit", { limit: -5, remaining: 1, resetMs: 1000 }],
    ["NaN", { limit: Number.NaN, remaining: Number.NaN, resetMs: Number.NaN }],
    ["no number of calls", { limit: Number.POSITIVE_INFINITY, remaining: 1, resetMs: 100 }],
    ["a negative reset", { limit: 10, remaining: 5, resetMs: -5000 }],
    ["an endless reset", { limit: 10, remaining: 5, resetMs: Number.POSITIVE_INFINITY }],
    ["a reset in seconds since 1970", { limit: 10, remaining: 5, resetMs: 1_795_000_000 }],
    ["a reset in ms since 1970", { limit: 10, remaining: 5, resetMs: 1_795_000_000_000 }],
    ["a reset in seconds", { limit: 10, remaining: 5, resetMs: 5 }],
    ["a reset of 0", { limit: 10, remaining: 5, resetMs: 0 }],
    ["more left than the limit", { limit: 10, remaining: 500, resetMs: 1000 }],
    ["less than nothing left", { limit: 10, remaining: -3, resetMs: 1000 }],
    ["fractions", { limit: 10.5, remaining: 8.5, resetMs: 1000.5 }],
  ] as const;

  it.each(absurd)("impossible headers neither stop nor break the run: %s", (_title, reading) => {
    const governor = new QuotaGovernor({ reservePercent: 10 });
    governor.tryAcquire(0);
    governor.update(reading, 0);
    let sent = 0;
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) sent += letThrough(governor, nowMs, 100);
    expect(sent).toBeGreaterThanOrEqual(59);
  });

  it.each(absurd)("impossible headers do not change a known quota: %s", (_title, reading) => {
    const governor = informed();
    governor.update(reading, 0);
    expect(governor.tryAcquire(100)).toBe(0);
    letThrough(governor, 200);
    expect(governor.tryAcquire(300)).toBeLessThanOrEqual(1000);
  });

  it("any mixture of headers never causes a wait longer than the longest plausible reset", () => {
    const number = fc.oneof(
      fc.integer({ min: -10, max: 6000 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e10, 1.8e9, 1.8e12, 0.5, -1e12),
    );
    const reading = fc.record({ limit: number, remaining: number, resetMs: number }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(fc.tuple(reading, fc.nat(2000)), { maxLength: 40 }), (answers) => {
        const governor = new QuotaGovernor({ reservePercent: 10 });
        let nowMs = 0;
        for (const [answer, stepMs] of answers) {
          nowMs += stepMs;
          const waitMs = governor.tryAcquire(nowMs);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(2 * 6000 + 1000);
          governor.update(answer, nowMs - 1);
        }
        expect(governor.tryAcquire(nowMs + HOUR_MS)).toBe(0);
      }),
    );
  });
});

describe("--max-rate", () => {
  it("--max-rate holds in every sliding second, whenever calls are requested", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(300), { maxLength: 300 }),
        (rate, steps) => {
          const governor = new QuotaGovernor({ reservePercent: 10, maxRatePerSecond: rate });
          const sent: number[] = [];
          let nowMs = 0;
          for (const stepMs of steps) {
            nowMs += stepMs;
            while (governor.tryAcquire(nowMs) === 0) sent.push(nowMs);
          }
          for (const [index, atMs] of sent.entries()) {
            const later = sent[index + rate];
            if (later !== undefined) expect(later - atMs).toBeGreaterThanOrEqual(1000);
          }
        },
      ),
    );
  });

  it("--max-rate is used in full: the returned wait is the shortest possible", () => {
    const governor = new QuotaGovernor({ reservePercent: 10, maxRatePerSecond: 3 });
    expect([0, 100, 200].map((nowMs) => governor.tryAcquire(nowMs))).toEqual([0, 0, 0]);
    expect(governor.tryAcquire(300)).toBe(700);
    expect(governor.tryAcquire(1000)).toBe(0);
    expect(governor.tryAcquire(1000)).toBe(100);
  });

  it("--max-rate does not lift the quota", () => {
    const governor = new QuotaGovernor({ reservePercent: 0, maxRatePerSecond: 1000 });
    governor.tryAcquire(0);
    governor.update({ limit: 10, remaining: 9, resetMs: 1000 }, 0);
    expect(letThrough(governor, 100)).toBe(9);
  });
});

const world: fc.Arbitrary<World> = fc.record({
  limit: fc.integer({ min: 20, max: 800 }),
  windowMs: fc.integer({ min: 2000, max: 6000 }),
  reservePercent: fc.constantFrom(0, 10, 30),
  lanes: fc.integer({ min: 1, max: 128 }),
  leastWayMs: fc.integer({ min: 0, max: 250 }),
  jitterMs: fc.integer({ min: 0, max: 200 }),
  clockAheadMs: fc.integer({ min: -1e9, max: 1e9 }),
  durationMs: fc.constant(60_000),
  seed: fc.nat(),
});

function budgetOf({ limit, reservePercent }: World): number {
  return Math.max(1, Math.floor((limit * (100 - reservePercent)) / 100));
}

describe("against a server whose window is seen through late answers alone", () => {
  it("no window gets more than the quota minus the reserve, except for calls in flight when it began", () => {
    fc.assert(
      fc.property(world, (it) => {
        const { windows } = live(it);
        const budget = budgetOf(it);
        for (const { ours } of windows) expect(ours).toBeLessThanOrEqual(budget + it.lanes);
        const average = windows.reduce((sum, { ours }) => sum + ours, 0) / windows.length;
        expect(average).toBeLessThanOrEqual(budget * 1.02 + 1);
      }),
      { numRuns: 60 },
    );
  });

  it("with a usual quota and reserve no call is answered 429, even while others use half of the reserve", () => {
    fc.assert(
      fc.property(world, (some) => {
        const it = { ...some, limit: 800, windowMs: 5000, reservePercent: 10, othersEveryMs: 130 };
        for (const { refused, ours } of live(it).windows) {
          expect(refused).toBe(0);
          // At most half of the reserve, where calls overtook those that told of the window's end.
          expect(ours).toBeLessThanOrEqual(760);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("the quota is used almost in full if there are enough lanes", () => {
    fc.assert(
      fc.property(world, (some) => {
        const it = { ...some, limit: Math.min(some.limit, 400), lanes: 128 };
        const { windows } = live(it);
        const used = windows.reduce((sum, { ours }) => sum + ours, 0);
        // Between two windows lie the way there and what the governor allows for its doubts.
        const perWindowMs = it.windowMs + it.leastWayMs + it.jitterMs + it.windowMs / 20;
        const spanMs = (windows.at(-1)?.startMs ?? 0) - (windows[0]?.startMs ?? 0) + it.windowMs;
        expect(used).toBeGreaterThanOrEqual(0.93 * budgetOf(it) * Math.floor(spanMs / perWindowMs));
      }),
      { numRuns: 60 },
    );
  });

  it("with a small quota and few responses, calls are rarely answered 429", () => {
    const it: World = {
      limit: 10,
      windowMs: 5000,
      reservePercent: 10,
      lanes: 64,
      leastWayMs: 100,
      jitterMs: 100,
      clockAheadMs: 0,
      durationMs: 500_000,
      seed: 3,
    };
    const { windows } = live(it);
    const refused = windows.reduce((sum, window) => sum + window.refused, 0);
    expect(refused).toBeLessThan(windows.length / 4);
  });

  it("with a single lane, the end of a window does not delay the calls of the next", () => {
    const it: World = {
      limit: 20,
      windowMs: 5000,
      reservePercent: 10,
      lanes: 1,
      leastWayMs: 100,
      jitterMs: 100,
      clockAheadMs: 0,
      durationMs: 100_000,
      seed: 1,
    };
    for (const { ours } of live(it).windows) expect(ours).toBeGreaterThanOrEqual(15);
  });

  it.each([-150, -40, 40, 150])(
    "a server clock that is %i ms off is detected at the end of the first window",
    (skewMs) => {
      const it: World = {
        limit: 400,
        windowMs: 5000,
        reservePercent: 10,
        lanes: 64,
        leastWayMs: 20,
        jitterMs: 10,
        skewMs,
        clockAheadMs: 0,
        durationMs: 100_000,
        seed: 5,
      };
      const { windows } = live(it);
      expect(windows.length).toBeGreaterThan(16);
      for (const { ours, refused } of windows.slice(2)) {
        expect(refused).toBe(0);
        expect(ours).toBeLessThanOrEqual(360 + 36);
        expect(ours).toBeGreaterThanOrEqual(340);
      }
    },
  );

  describe("shared with other integrations", () => {
    const shared: World = {
      limit: 800,
      windowMs: 5000,
      reservePercent: 10,
      lanes: 64,
      leastWayMs: 80,
      jitterMs: 60,
      clockAheadMs: 123_456,
      durationMs: 100_000,
      seed: 7,
    };

    it("if other integrations fit into the reserve, the run uses its own part in full and no client is answered 429", () => {
      const { windows } = live({ ...shared, othersEveryMs: 80 });
      expect(windows.length).toBeGreaterThan(15);
      for (const { ours, others, refused } of windows) {
        expect([refused, ours + others <= 800, ours >= 700]).toEqual([0, true, true]);
      }
    });

    it("if other integrations need more than the reserve, the run yields", () => {
      const { windows } = live({ ...shared, othersEveryMs: 15 });
      const average = windows.reduce((sum, { ours }) => sum + ours, 0) / windows.length;
      expect(average).toBeGreaterThan(500);
      expect(average).toBeLessThan(660);
    });
  });
});
