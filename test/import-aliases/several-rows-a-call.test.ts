import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { type Changes, type Imported, importing, outcomesOf } from "../support/corridor.ts";
import { type CsvRecord, csvOf, manyRows } from "../support/csv-files.ts";

/** Imports the rows into a simulator of their own, with N rows in a call. */
async function sending(csv: string, rowsPerCall: number, faults: readonly Fault[], changes: Changes = {}) {
  const simulator = await simulatorFor({ faults, record: true });
  const { sending: rules, ...others } = changes;
  const imported = await importing(simulator, csv, {
    ...others,
    sending: { maxBatchSize: rowsPerCall, ...rules },
  });
  return { ...imported, simulator };
}

/** Returns the rows of `results.csv` without times and request ids. */
function stableFields({ results }: Imported): CsvRecord[] {
  return results.map(({ at: _at, requestId: _requestId, ...rest }) => rest);
}

describe("Several rows a call", () => {
  test("Batches of 25 rows need a 25th of the calls, with the same outcomes", async () => {
    const one = await sending(manyRows(500), 1, []);
    const many = await sending(manyRows(500), 25, []);
    expect([one.summary.calls?.total, many.summary.calls?.total]).toEqual([500, 20]);
    expect(stableFields(many)).toEqual(stableFields(one));
    expect(many.summary.outcomes.applied).toBe(500);
  });

  test("Rows of a batch end as single rows do if some fail permanently, transiently, without a key or unnamed", async () => {
    const faults: readonly Fault[] = [
      { alias: "a7@old.example", kind: "fail", code: "err_one" },
      { alias: "a8@old.example", kind: "fail", code: "err_two", withoutKey: true },
      { alias: "a9@old.example", times: 2, kind: "fail", code: "err_three", retryable: true },
      {
        alias: "a10@old.example",
        times: 1,
        kind: "fail",
        code: "err_four",
        retryable: true,
        withoutKey: true,
      },
      { alias: "a30@old.example", times: 1, kind: "omitted" },
      { alias: "a31@old.example", kind: "omitted" },
    ];
    const one = await sending(manyRows(60), 1, faults);
    const many = await sending(manyRows(60), 20, faults);
    const known = ({ line }: CsvRecord): boolean => line !== "11";
    expect(stableFields(many).filter(known)).toEqual(stableFields(one).filter(known));
    // Its one failure did not say whose it was, so this row's first attempt of its own succeeds.
    expect(stableFields(many).find((row) => !known(row))).toMatchObject({
      outcome: "applied",
      attempts: "1",
    });
    expect(many.summary.outcomes).toMatchObject({ applied: 57, failed: 2, unknown: 1 });
  });

  test("A batch never has two rows of one primary", async () => {
    const pairs = Array.from({ length: 60 }, (_, row) => [`p${row % 7}@new.example`, `a${row}@old.example`]);
    const { simulator, summary } = await sending(csvOf(pairs), 25, []);
    expect(summary.outcomes.applied).toBe(60);
    const calls = [...new Set(simulator.received.map(({ call }) => call))].map((call) =>
      simulator.received.filter((received) => received.call === call),
    );
    for (const received of calls) {
      expect(new Set(received.map(({ aliasFor }) => aliasFor)).size).toBe(received.length);
    }
    expect(Math.max(...calls.map((received) => received.length))).toBe(7);
  });

  test.each([
    [400, ""],
    [413, '{"meta":{"status":413}}'],
    [422, '{"fail":[]}'],
  ] as const)(
    "A batch rejected with %i '%s' is split until the bad row fails alone, and its neighbours are applied",
    async (status, body) => {
      const fault: Fault = { alias: "a40@old.example", kind: "status", status, body };
      const { results, summary } = await sending(manyRows(200), 25, [fault]);
      expect(summary.outcomes).toMatchObject({ applied: 199, failed: 1 });
      expect(results[39]).toMatchObject({ outcome: "failed", code: `http_${status}`, attempts: "1" });
      expect(results.every(({ attempts }) => attempts === "1")).toBe(true);
      expect(summary.calls?.total).toBeLessThanOrEqual(8 + 12);
    },
  );

  test.each([404, 413, 422] as const)(
    "A batch with one row that a proxy rejects (%i) is applied but for that row, which stays retryable",
    async (status) => {
      const fault: Fault = { alias: "a40@old.example", kind: "status", status };
      const { results, summary } = await sending(manyRows(200), 25, [fault]);
      expect(summary.outcomes).toMatchObject({ applied: 199, failed: 1 });
      expect(results[39]).toMatchObject({ outcome: "failed", code: `http_${status}`, retryable: "true" });
      expect(results[39]).toMatchObject({ attempts: "6" });
    },
  );

  test("A batch that is too large for the server is halved, and the run keeps the smaller size", async () => {
    const fault: Fault = { alias: "*", moreThanRows: 30, kind: "status", status: 413 };
    const { simulator, summary } = await sending(manyRows(1_000), 100, [fault], {
      sending: { concurrency: 1 },
    });
    expect(summary.outcomes.applied).toBe(1_000);
    expect(simulator.counters.byStatus.get(413)).toBeLessThanOrEqual(4);
    expect(summary.calls?.total).toBeLessThanOrEqual(40 + 4);
  });

  test("Rows of a batch without an answer are retried in smaller batches, the last time alone", async () => {
    const fault: Fault = { alias: "a5@old.example", kind: "status", status: 503 };
    const { results, sent, summary } = await sending(manyRows(32), 16, [fault], {
      sending: { retry: { maxAttempts: 4, baseMs: 1, ceilingMs: 2 } },
    });
    expect(summary.outcomes).toMatchObject({ applied: 31, unknown: 1 });
    expect(results[4]).toMatchObject({ outcome: "unknown", code: "http_503", attempts: "4" });
    expect(sent.filter(({ alias }) => alias === "a5@old.example")).toHaveLength(4);
  });

  test("Rows with a single attempt are sent alone, so that no neighbour decides their outcome", async () => {
    const fault: Fault = { alias: "a5@old.example", kind: "status", status: 503 };
    const { results, summary } = await sending(manyRows(20), 10, [fault], {
      sending: { retry: { maxAttempts: 1, baseMs: 1, ceilingMs: 2 } },
    });
    expect(summary.calls?.total).toBe(20);
    expect(outcomesOf(results).filter((outcome) => outcome !== "applied")).toEqual(["unknown http_503"]);
  });

  test("The quota counts calls, and --limit counts rows", async () => {
    const { summary } = await sending(manyRows(100), 10, [], { sending: { limit: 35 } });
    expect(summary).toMatchObject({
      exitCode: 3,
      outcomes: { applied: 35, "not-sent": 65 },
      calls: { total: 4 },
    });
  });

  test("Rows of batches end as single rows do, whatever faults their aliases meet", async () => {
    const kinds = [
      { kind: "fail", code: "err_one" },
      { kind: "fail", code: "err_two", withoutKey: true },
      { kind: "fail", code: "err_busy", retryable: true, times: 1 },
      { kind: "fail", code: "err_busy", retryable: true },
      { kind: "omitted" },
      { kind: "status", status: 400 },
      { kind: "status", status: 503, times: 1 },
      { kind: "status", status: 504, executed: true },
      { kind: "drop", times: 1 },
      { kind: "html", times: 1 },
      { kind: "meta-status", metaStatus: 404 },
      { kind: "status", status: 404, times: 1 },
      { kind: "status", status: 421 },
    ] as const;
    const faulty = fc.record({ row: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom(...kinds) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(faulty, { maxLength: 6 }),
        fc.integer({ min: 2, max: 40 }),
        async (them, most) => {
          // One fault for each alias, or the calls of neighbours would use them up in another order.
          const byRow = new Map(them.map(({ row, kind }) => [row, kind]));
          const faults = [...byRow].map(([row, kind]): Fault => ({ alias: `a${row}@old.example`, ...kind }));
          const one = await sending(manyRows(40), 1, faults);
          const many = await sending(manyRows(40), most, faults);
          expect(outcomesOf(many.results)).toEqual(outcomesOf(one.results));
        },
      ),
      { numRuns: 12 },
    );
  });
});
