import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, DEFAULT_RETRY } from "../../src/engine/backoff.ts";

const policy = { ...DEFAULT_RETRY, maxAttempts: 6 };
const ALMOST_ONE = 1 - Number.EPSILON;

describe("the wait before the next attempt", () => {
  it.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [6, 16_000],
    [7, 30_000],
    [50, 30_000],
    [5000, 30_000],
  ])("the backoff after attempt %i is at most %i ms", (attempt, mostMs) => {
    expect(backoffMs(policy, attempt, ALMOST_ONE)).toBeCloseTo(mostMs);
    expect(backoffMs(policy, attempt, 0.5)).toBe(mostMs / 2);
    expect(backoffMs(policy, attempt, 0)).toBe(0);
  });

  it("the backoffs of a row with six attempts add up to at most 15.5 seconds", () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => backoffMs(policy, attempt, ALMOST_ONE));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeCloseTo(15_500);
  });

  it("the backoff is never shorter than the wait that the server asks for, even above the ceiling", () => {
    expect(backoffMs(policy, 1, 0.1, 5000)).toBe(5000);
    expect(backoffMs(policy, 6, 0.9, 5000)).toBe(14_400);
    expect(backoffMs(policy, 6, 0.9, 600_000)).toBe(600_000);
  });

  it("the backoff is spread over the whole span, so that rows which failed together are not retried together", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 20 }),
        fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
        (before, random) => {
          const spanMs = backoffMs(policy, before + 1, ALMOST_ONE);
          expect(backoffMs(policy, before + 1, random)).toBeCloseTo(random * spanMs, 3);
        },
      ),
    );
  });
});
