import { expect, test } from "vitest";
import { BackgroundCalls, QuotaWindow } from "../../src/simulator/quota-window.ts";
import { latencyDraws, seededRandom } from "../../src/simulator/seeded-random.ts";

const MANY = 20_000;

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test("Draws are uniform over counts, keys and seeds", () => {
  for (const draw of [
    (n: number) => seededRandom(1, "a@old.example", n),
    (n: number) => seededRandom(1, `a${n}@old.example`, 0),
    (n: number) => seededRandom(n, "a@old.example", 0),
  ]) {
    const tenths = numbers(10).map(() => 0);
    for (const n of numbers(MANY)) {
      const tenth = Math.floor(draw(n) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count / MANY - 0.1)).toBeLessThan(0.01);
  }
});

test("The same seed gives the same draws, and another seed gives others", () => {
  const draws = (seed: number) => numbers(5).map((n) => seededRandom(seed, "a@old.example", n));
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
});

test("Latencies stay within their spread and use all of it", () => {
  const next = latencyDraws({ fromMs: 150, toMs: 250 }, 1);
  const draws = numbers(1000).map(next);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(150);
  expect(Math.min(...draws)).toBeLessThan(152);
  expect(Math.max(...draws)).toBeGreaterThan(248);
  expect(Math.max(...draws)).toBeLessThanOrEqual(250);
});

test("Background calls come once in each interval, each time at another moment", () => {
  const others = new BackgroundCalls({ calls: 3, everyMs: 100 }, 5000, 1);
  const moments = numbers(50).map((interval) => {
    expect(others.next(4999 + interval * 100)).toBeUndefined();
    return (others.next(5100 + interval * 100) ?? 0) - 5000 - interval * 100;
  });
  expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...moments)).toBeLessThan(100);
  expect(new Set(moments).size).toBe(50);
});

test("A window that a background call began is running when the client's first call arrives", () => {
  const window = new QuotaWindow(
    { calls: 800, windowMs: 5000 },
    new BackgroundCalls({ calls: 300, everyMs: 5000 }, 0, 1),
  );
  const { remaining, resetMs } = window.take(5000);
  expect(remaining).toBe(499);
  expect(resetMs).toBeLessThan(5000);
});

test("Background calls of a long pause are skipped", () => {
  const others = new BackgroundCalls({ calls: 1, everyMs: 10 }, 0, 1);
  others.skipTo(86_400_000);
  expect(others.next(86_400_010)).toBeGreaterThanOrEqual(86_400_000);
  others.skipTo(1000);
  expect(others.next(86_400_010)).toBeUndefined();
});

test("After a long pause a window counts only the background calls within it", () => {
  const others = new BackgroundCalls({ calls: 1, everyMs: 1 }, 0, 1);
  const window = new QuotaWindow({ calls: 100, windowMs: 10 }, others);
  const { allowed, remaining } = window.take(86_400_000);
  expect(allowed).toBe(true);
  expect(remaining).toBeGreaterThanOrEqual(88);
});
