import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { RunStore } from "../../src/ledger/run-store.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";
import type { UnfinishedRecord } from "../../src/ledger/unfinished-records.ts";
import { CORP, ending, NO_RULES, newRunFolder, openLedger, row, temporaryFolder } from "./parts.ts";

const INVALID = { outcome: "invalid", code: "x", message: "no" } as const;

/** The rows of one record, in the order of its cell; what is not `good` is to be mended. */
function record(line: number, raw: string, good: readonly boolean[]): StagedRow[] {
  return good.map((isGood, index) => {
    const part = good.length === 1 ? undefined : index === 0 ? "first" : "later";
    const staged = row(`a${line}-${index}>p${line}`, line, { raw, recordPart: part });
    return isGood ? staged : { ...staged, planned: INVALID, primaryKey: null, aliasKey: null };
  });
}

function runOf(
  ledger: Ledger,
  folder: string,
  records: readonly (readonly StagedRow[])[],
  batchRows = 1_000,
): RunStore {
  const store = ledger.beginRun(newRunFolder(folder));
  const stager = store.stager();
  const rows = records.flat();
  for (let from = 0; from < rows.length; from += batchRows) stager.add(rows.slice(from, from + batchRows));
  store.plan(NO_RULES);
  return store;
}

function left(store: RunStore, selection: "to-fix" | "to-retry"): UnfinishedRecord[] {
  return [...store.read.records(selection)].flat();
}

describe("unfinished records", () => {
  it("each record comes once with its unfinished rows, without a list if all are unfinished", async () => {
    const folder = temporaryFolder();
    const store = runOf(openLedger(folder), folder, [
      record(2, "two good, one bad", [true, false, true]),
      record(3, "all bad", [false, false]),
      record(4, "one bad", [false]),
      record(5, "one good", [true]),
      record(6, "bad at the end", [true, false]),
      record(7, "all good", [true, true]),
    ]);
    expect(left(store, "to-fix")).toEqual([
      { file: 0, raw: "two good, one bad", rows: [1] },
      { file: 0, raw: "all bad" },
      { file: 0, raw: "one bad" },
      { file: 0, raw: "bad at the end", rows: [1] },
    ]);
    expect(left(store, "to-retry")).toEqual([
      { file: 0, raw: "two good, one bad", rows: [0, 2] },
      { file: 0, raw: "one good" },
      { file: 0, raw: "bad at the end", rows: [0] },
      { file: 0, raw: "all good" },
    ]);
    const journal = store.journal();
    for (const seq of [1, 7]) {
      void journal.claim([{ seq, attempts: 1 }]);
      void journal.recordOutcome(ending(seq, "applied"));
    }
    await journal.flush();
    expect(left(store, "to-retry")).toEqual([
      { file: 0, raw: "two good, one bad", rows: [2] },
      { file: 0, raw: "bad at the end", rows: [0] },
      { file: 0, raw: "all good" },
    ]);
  });

  it("records come in batches that fit into memory, even if their text is in another row", () => {
    const folder = temporaryFolder();
    const long = "x".repeat(600_000);
    const records = [2, 3, 4, 5].map((line) => record(line, long, [true, false]));
    const store = runOf(openLedger(folder), folder, records);
    expect([...store.read.records("to-fix")].map((page) => page.length)).toEqual([1, 1, 1, 1]);
  });

  it("a record's text is stored once, however many rows it has", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const raw = "x".repeat(100_000);
    const store = runOf(ledger, folder, [record(2, raw, Array<boolean>(200).fill(true))]);
    expect([...store.read.records("all")].flat()).toEqual([{ file: 0, raw }]);
    const sizes = readdirSync(store.folder).map((name) => statSync(join(store.folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_000_000);
  });

  it("for any records and batches, exactly the unfinished rows come, in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        (goods, batchRows) => {
          const folder = temporaryFolder();
          const ledger = Ledger.open(folder, CORP);
          try {
            const records = goods.map((good, index) => record(index + 2, `record ${index + 2}`, good));
            const store = runOf(ledger, folder, records, batchRows);
            for (const [selection, wanted] of [
              ["to-fix", false],
              ["to-retry", true],
            ] as const) {
              const expected = goods.flatMap((good, index) => {
                const rows = good.flatMap((isGood, ordinal) => (isGood === wanted ? [ordinal] : []));
                const whole = { file: 0, raw: `record ${index + 2}` };
                if (rows.length === 0) return [];
                return rows.length === good.length ? [whole] : [{ ...whole, rows }];
              });
              expect(left(store, selection)).toEqual(expected);
            }
          } finally {
            ledger.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
