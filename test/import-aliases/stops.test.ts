import { describe, expect, test } from "vitest";
import { Shutdown } from "../../src/engine/shutdown.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, outcomesOf } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

const REFUSE_ALL = { alias: "*", kind: "fail", code: "err_no" } as const;

describe("--limit", () => {
  test("--limit sends N rows and leaves the rest, with exit code 3", async () => {
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

  test.each([10, 11])("--limit %i does not stop a run with ten rows to send", async (limit) => {
    const { summary } = await importing(await simulatorFor(), manyRows(10), { sending: { limit } });
    expect(summary).toMatchObject({ exitCode: 0, state: "finished", outcomes: { applied: 10 } });
  });

  test("--limit counts rows and not calls", async () => {
    const simulator = await simulatorFor({ faults: [{ alias: "*", kind: "status", status: 503, times: 2 }] });
    const { summary } = await importing(simulator, manyRows(10), { sending: { limit: 4 } });
    expect(summary).toMatchObject({ outcomes: { applied: 4 }, calls: { total: 12 } });
  });

  test("--limit counts only rows that need sending", async () => {
    const simulator = await simulatorFor();
    const { folder } = await importing(simulator, manyRows(5));
    const { summary } = await importing(simulator, manyRows(8), { folder, sending: { limit: 3 } });
    expect(summary).toMatchObject({ exitCode: 0, outcomes: { unchanged: 5, applied: 3 } });
  });
});

describe("--max-failures", () => {
  test("--max-failures N stops the run once N sent rows have failed", async () => {
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

  test("--max-failures does not count rows that planning rejected", async () => {
    const csv = `${manyRows(3)}a@new.example,nonsense\nb@new.example,nonsense\n`;
    const { summary } = await importing(await simulatorFor(), csv, {
      sending: { maxFailures: { kind: "count", count: 1 } },
    });
    expect(summary).toMatchObject({ exitCode: 1, outcomes: { applied: 3, invalid: 2 } });
  });

  test("--max-failures as a percentage does not apply before the hundredth finished row", async () => {
    const simulator = await simulatorFor({ faults: [REFUSE_ALL] });
    const { summary } = await importing(simulator, manyRows(150), {
      sending: { concurrency: 1, maxFailures: { kind: "percent", percent: 5 } },
    });
    expect(summary).toMatchObject({ exitCode: 2, outcomes: { failed: 100, "not-sent": 50 } });
  });

  test("--max-failures as a percentage that is not reached lets the run finish", async () => {
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
  test("--deadline stops nothing if it passes during the last call", async () => {
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

  test("--deadline ends the sending with exit code 3, and calls in flight finish", async () => {
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
    // The claim is recorded between the check of the deadline and the request.
    expect(lastMs).toBeLessThan(deadlineEpochMs + 500);
  });

  test("--deadline allows no later retry: the row ends by its last attempt", async () => {
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

  test("--deadline in the past lets nothing be sent", async () => {
    const simulator = await simulatorFor();
    const shutdown = new Shutdown();
    const run = importing(simulator, manyRows(5), { sending: { deadlineEpochMs: Date.now() - 1 }, shutdown });
    await expect(run).rejects.toThrow("ended before anything was sent");
    expect(shutdown.reasons).toMatchObject([{ kind: "deadline" }]);
    expect(simulator.counters.calls).toBe(0);
  });

  test("--deadline that is not reached does not stop the run", async () => {
    const { summary } = await importing(await simulatorFor(), manyRows(5), {
      sending: { deadlineEpochMs: Date.now() + 3_600_000 },
    });
    expect(summary).toMatchObject({ exitCode: 0, state: "finished" });
  });
});

test("The most serious of several reasons to stop gives the exit code", async () => {
  const simulator = await simulatorFor({ faults: [REFUSE_ALL] });
  const { summary } = await importing(simulator, manyRows(10), {
    sending: { concurrency: 1, limit: 3, maxFailures: { kind: "count", count: 3 } },
  });
  expect(summary.exitCode).toBe(2);
});

test("Invalid, conflicting, failed or unknown rows make the exit code 1, all others 0", async () => {
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
