import { expect, test } from "vitest";
import type { Quota } from "../../src/simulator/quota-window.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, type Sent } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

test("Two rows of one primary are never in flight together, even with retries", async () => {
  const simulator = await simulatorFor({
    latencyMs: 5,
    faults: [
      { alias: "*@old.example", times: 1, kind: "status", status: 503 },
      { alias: "*@old.example", times: 1, kind: "drop" },
    ],
  });
  const pairs = Array.from({ length: 60 }, (_, index) => [
    `p${index % 4}@new.example`,
    `a${index}@old.example`,
  ]);
  const { sent, summary } = await importing(simulator, csvOf(pairs), { sending: { concurrency: 32 } });
  expect(summary.outcomes.applied).toBe(60);
  expect(sent).toHaveLength(180);
  for (const primary of new Set(sent.map(({ aliasFor }) => aliasFor))) {
    const ofOne = sent.filter(({ aliasFor }) => aliasFor === primary);
    expect(overlaps(ofOne)).toEqual([]);
    // A primary's next row is sent once the row before it has ended.
    expect(ofOne.map(({ alias }) => alias)).toEqual(
      [...new Set(ofOne.map(({ alias }) => alias))].flatMap((alias) => [alias, alias, alias]),
    );
  }
});

test("Primaries that differ only in case or spelling are one", async () => {
  const simulator = await simulatorFor({ latencyMs: 10 });
  const primaries = ["Ann@new.example", "ann@NEW.example", " ann@new.example"];
  const { sent } = await importing(
    simulator,
    csvOf(primaries.map((primary, index) => [primary, `a${index}@old.example`])),
  );
  expect(sent).toHaveLength(3);
  expect(overlaps(sent)).toEqual([]);
});

test("Rows of different primaries are sent in parallel, at most --concurrency at a time", async () => {
  const simulator = await simulatorFor({ latencyMs: 20 });
  const { summary } = await importing(simulator, manyRows(80), { sending: { concurrency: 8 } });
  expect(summary.outcomes.applied).toBe(80);
  expect(simulator.counters.mostInFlight).toBe(8);
});

test("Thousands of rows of one primary at the start of the file do not delay the others", async () => {
  const simulator = await simulatorFor({ latencyMs: 5 });
  const one = Array.from({ length: 200 }, (_, index) => ["shop@new.example", `s${index}@old.example`]);
  const others = Array.from({ length: 200 }, (_, index) => [
    `p${index}@new.example`,
    `p${index}@old.example`,
  ]);
  const { sent } = await importing(simulator, csvOf([...one, ...others]), { sending: { concurrency: 8 } });
  expect(sent.slice(0, 100).filter(({ aliasFor }) => aliasFor !== "shop@new.example").length).toBeGreaterThan(
    50,
  );
});

test("Calls stay within the quota less the reserve, and none is answered 429", async () => {
  const quota = { calls: 80, windowMs: 1_000 };
  const lanes = 4;
  const simulator = await simulatorFor({ quota, record: true, latencyMs: 2 });
  const { summary } = await importing(simulator, manyRows(400), { sending: { concurrency: lanes } });
  expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 400 } });
  expect(simulator.counters.answered429).toBeLessThanOrEqual(3);
  const windows = callsByWindow(
    simulator.received.map(({ atMs }) => atMs),
    quota,
  );
  // On a busy machine, up to one call of each lane leaves at a window's end and arrives in the next one.
  expect(Math.max(...windows)).toBeLessThanOrEqual(72 + lanes);
  // And the quota is used: 72 calls in each window but the first and the last.
  expect(windows.length).toBeLessThanOrEqual(8);
  expect(summary.calls?.quotaWaitMs).toBeGreaterThan(0);
});

test("The reserve is left to other integrations, whose calls succeed", async () => {
  const simulator = await simulatorFor({ quota: { calls: 100, windowMs: 1_000 }, latencyMs: 5 });
  const statuses: Promise<number>[] = [];
  // Eight in a window, and the reserve is ten.
  const other = setInterval(() => {
    statuses.push(fetch(`${simulator.url}/api/other`, { method: "POST" }).then(({ status }) => status));
  }, 125);
  try {
    const { summary } = await importing(simulator, manyRows(300), { sending: { concurrency: 8 } });
    expect(summary.outcomes.applied).toBe(300);
    expect(summary.calls?.rateLimited).toBeLessThanOrEqual(6);
  } finally {
    clearInterval(other);
  }
  const refused = (await Promise.all(statuses)).filter((status) => status === 429);
  expect(statuses.length).toBeGreaterThan(10);
  expect(refused.length).toBeLessThanOrEqual(2);
});

test("--max-rate holds in any second, with or without a quota", async () => {
  const simulator = await simulatorFor();
  const { summary, sent } = await importing(simulator, manyRows(75), { quota: { maxRatePerSecond: 30 } });
  expect(summary.outcomes.applied).toBe(75);
  const times = sent.map(({ sentMs }) => sentMs);
  // A call is recorded between its permit and its sending, which takes some milliseconds.
  const mostInASecond = Math.max(
    ...times.map((start) => times.filter((at) => at >= start && at < start + 900).length),
  );
  expect(mostInASecond).toBeLessThanOrEqual(30);
});

/** Pairs of requests of which the second left before the first was answered. */
function overlaps(sent: readonly Sent[]): string[] {
  const inOrder = [...sent].sort((a, b) => a.sentMs - b.sentMs);
  return inOrder.flatMap((one, index) => {
    const before = inOrder[index - 1];
    return before !== undefined && one.sentMs < before.endedMs ? [`${one.alias} during ${before.alias}`] : [];
  });
}

/** How many calls each of the server's windows saw: one begins with the first call after the last one's end. */
function callsByWindow(timesMs: readonly number[], { windowMs }: Quota): number[] {
  const counts: number[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const atMs of [...timesMs].sort((a, b) => a - b)) {
    if (atMs >= endMs) {
      endMs = atMs + windowMs;
      counts.push(0);
    }
    counts.push((counts.pop() ?? 0) + 1);
  }
  return counts;
}
