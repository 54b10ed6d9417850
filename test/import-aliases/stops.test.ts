import { describe, expect, test } from "vitest";
import { Shutdown } from "../../src/engine/shutdown.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, outcomesOf } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

const REFUSE_ALL = { alias: "*", kind: "fail", code: "err_no" } as const;

describe("--limit", () => {
  test("sends so many rows and leaves the rest, with exit code 3", async () => {
    const simulator = await simulatorFor();
    const { summary, files } = await importing(simulator, manyRows(10), { sending: { limit: 4 } });
    expect(summary).toMatchObject({
      exitCode: 3,
      state: "stopped",
      outcomes: { applied: 4, "not-sent": 6 },
      stopReasons: [{ kind: "limit", message: expect.stringContaining("--limit 4") }],
    });
    expect([...simulator.aliases.keys()].sort()).toEqual([1, 2, 3, 4].map((n) => `a${n}@old.example`));
    expect(files.remaining).toBeDefined();
  });

  test.each([10, 11])("of %i is no stop where ten rows are to be sent", async (limit) => {
    const { summary } = await importing(await simulatorFor(), manyRows(10), { sending: { limit } });
    expect(summary).toMatchObject({ exitCode: 0, state: "finished", outcomes: { applied: 10 } });
  });

  test("counts rows and not calls", async () => {
    const simulator = await simulatorFor({ faults: [{ alias: "*", kind: "status", status: 503, times: 2 }] });
    const { summary } = await importing(simulator, manyRows(10), { sending: { limit: 4 } });
    expect(summary).toMatchObject({ outcomes: { applied: 4 }, calls: { total: 12 } });
  });

  test("counts only rows that need sending", async () => {
    const simulator = await simulatorFor();
    const { folder } = await importing(simulator, manyRows(5));
    const { summary } = await importing(simulator, manyRows(8), { folder, sending: { limit: 3 } });
    expect(summary).toMatchObject({ exitCode: 0, outcomes: { unchanged: 5, applied: 3 } });
  });
});

describe("--max-failures", () => {
  test("as a number stops the run when so many sent rows have failed", async () => {
    const simulator = await simulatorFor({ faults: [REFUSE_ALL] });
    const { summary } = await importing(simulator, manyRows(20), {
      sending: { concurrency: 1, maxFailures: { kind: "count", count: 3 } },
    });
    expect(summary).toMatchObject({
      exitCode: 2,
      state: "stopped",
      outcomes: { failed: 3, "not-sent": 17 },
      stopReasons: [{ kind: "max-failures" }],
    });
  });

  test("does not count rows that planning refused", async () => {
    const csv = `${manyRows(3)}a@new.example,nonsense\nb@new.example,nonsense\n`;
    const { summary } = await importing(await simulatorFor(), csv, {
      sending: { maxFailures: { kind: "count", count: 1 } },
    });
    expect(summary).toMatchObject({ exitCode: 1, outcomes: { applied: 3, invalid: 2 } });
  });

  test("as a percentage says nothing before the hundredth finished row", async () => {
    const simulator = await simulatorFor({ faults: [REFUSE_ALL] });
    const { summary } = await importing(simulator, manyRows(150), {
      sending: { concurrency: 1, maxFailures: { kind: "percent", percent: 5 } },
    });
    expect(summary).toMatchObject({ exitCode: 2, outcomes: { failed: 100, "not-sent": 50 } });
  });

  test("as a percentage that is not reached lets the run end", async () => {
    const faults = Array.from({ length: 4 }, (_, index) => ({
      ...REFUSE_ALL,
      alias: `a${index * 20 + 1}@old.example`,
    }));
    const simulator = await simulatorFor({ faults });
    const { summary } = await importing(simulator, manyRows(110), {
      sending: { maxFailures: { kind: "percent", percent: 5 } },
    });
    expect(summary).toMatchObject({ exitCode: 1, outcomes: { failed: 4, applied: 106 } });
  });
});

describe("--deadline", () => {
  test("that comes while the last call is under way stops nothing", async () => {
    // The token takes as long as the call.
    const simulator = await simulatorFor({ latencyMs: 2_000 });
    const sending = { deadlineEpochMs: Date.now() + 3_000 };
    const { summary } = await importing(simulator, manyRows(1), { sending });
    expect(summary).toMatchObject({
      exitCode: 0,
      state: "finished",
      stopReasons: [],
      outcomes: { applied: 1 },
    });
  });

  test("ends the sending, with exit code 3, and the calls in flight are finished", async () => {
    const simulator = await simulatorFor({ latencyMs: 20, record: true });
    const deadlineEpochMs = Date.now() + 4_000;
    const { summary } = await importing(simulator, manyRows(5_000), {
      sending: { concurrency: 4, deadlineEpochMs },
    });
    expect(summary).toMatchObject({ exitCode: 3, state: "stopped", stopReasons: [{ kind: "deadline" }] });
    expect(summary.outcomes.applied).toBe(simulator.received.length);
    expect(summary.outcomes.applied).toBeGreaterThan(0);
    expect(summary.outcomes.unknown).toBe(0);
    const lastMs = performance.timeOrigin + (simulator.received.at(-1)?.atMs ?? 0);
    // The claim is put on record between the look at the clock and the sending.
    expect(lastMs).toBeLessThan(deadlineEpochMs + 500);
  });

  test("is not outlived by a retry: the row ends as its last attempt did", async () => {
    const simulator = await simulatorFor({
      faults: [
        { alias: "a2@old.example", kind: "status", status: 503, headers: { "Retry-After": "30" } },
        { alias: "a3@old.example", kind: "fail", code: "err_busy", retryable: true },
      ],
    });
    const startMs = Date.now();
    const { results, summary, sent } = await importing(simulator, manyRows(3), {
      sending: {
        deadlineEpochMs: startMs + 1_500,
        retry: { maxAttempts: 2, baseMs: 60_000, ceilingMs: 60_000 },
      },
    });
    expect(Date.now() - startMs).toBeLessThan(5_000);
    expect(outcomesOf(results)).toEqual(["applied", "unknown http_503", "failed err_busy"]);
    expect(summary.exitCode).toBe(3);
    expect(sent.filter(({ alias }) => alias === "a2@old.example")).toHaveLength(1);
  });

  test("that has passed already lets nothing be sent", async () => {
    const simulator = await simulatorFor();
    const shutdown = new Shutdown();
    const run = importing(simulator, manyRows(5), { sending: { deadlineEpochMs: Date.now() - 1 }, shutdown });
    await expect(run).rejects.toThrow("ended before anything was sent");
    expect(shutdown.reasons).toMatchObject([{ kind: "deadline" }]);
    expect(simulator.counters.calls).toBe(0);
  });

  test("that is not reached is no stop", async () => {
    const { summary } = await importing(await simulatorFor(), manyRows(5), {
      sending: { deadlineEpochMs: Date.now() + 3_600_000 },
    });
    expect(summary).toMatchObject({ exitCode: 0, state: "finished" });
  });
});

test("Of several reasons to stop, the more serious one gives the exit code", async () => {
  const simulator = await simulatorFor({ faults: [REFUSE_ALL] });
  const { summary } = await importing(simulator, manyRows(10), {
    sending: { concurrency: 1, limit: 3, maxFailures: { kind: "count", count: 3 } },
  });
  expect(summary.exitCode).toBe(2);
});

test("Rows that are invalid, in conflict, failed or unknown make the exit code 1, the others 0", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: "lost@old.example", kind: "drop" }] });
  const codes: (number | null)[] = [];
  for (const alias of ["nonsense", "forbidden@faults.example", "lost@old.example", "fine@old.example"]) {
    const { summary } = await importing(
      simulator,
      csvOf([
        ["ann@new.example", alias],
        ["bob@new.example", "b@old.example"],
      ]),
    );
    codes.push(summary.exitCode);
  }
  expect(codes).toEqual([1, 1, 1, 0]);
});
