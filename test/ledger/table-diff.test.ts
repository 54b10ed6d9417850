import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RowChange, TableDiff } from "../../src/ledger/table-diff.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Rows = readonly (readonly [key: string, content: string])[];

function changesBetween(before: Rows, after: Rows): RowChange[] {
  const changes = new TableDiff(temporaryFolder());
  try {
    const rows = (table: Rows) => table.map(([key, content]) => ({ key, content }));
    changes.add("before", rows(before));
    changes.add("after", rows(after));
    return [...changes.changes()].flat();
  } finally {
    changes.close();
  }
}

describe("between two tables", () => {
  it("finds added, removed and changed rows, sorted by key", () => {
    const before: Rows = [
      ["c", "c1"],
      ["a", "a1"],
      ["b", "b1"],
    ];
    const after: Rows = [
      ["d", "d1"],
      ["b", "b1"],
      ["c", "c2"],
    ];
    expect(changesBetween(before, after)).toEqual([
      { before: "a1", after: undefined },
      { before: "c1", after: "c2" },
      { before: undefined, after: "d1" },
    ]);
  });

  it("finds no difference if only the order differs, with one row of a key or several", () => {
    const table = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "'", "ü")));
    fc.assert(
      fc.property(table, (rows) => {
        expect(changesBetween(rows, rows.toReversed())).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("for any two tables the changes turn one into the other", () => {
    const table = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "3")));
    fc.assert(
      fc.property(table, table, (before, after) => {
        const left = before.map(([key, content]) => `${key}${content}`);
        const rows = (side: Rows): Rows => side.map(([key, content]) => [key, `${key}${content}`]);
        for (const change of changesBetween(rows(before), rows(after))) {
          if (change.before !== undefined) {
            expect(left).toContain(change.before);
            left.splice(left.indexOf(change.before), 1);
          }
          if (change.after !== undefined) left.push(change.after);
        }
        expect(left.sort()).toEqual(after.map(([key, content]) => `${key}${content}`).sort());
      }),
      { numRuns: 50 },
    );
  });

  it("yields thousands of changes in batches, and leaves no named file", () => {
    const folder = temporaryFolder();
    const changes = new TableDiff(folder);
    const rows = Array.from({ length: 5_430 }, (_, index) => ({
      key: String(index),
      content: "x".repeat(500),
    }));
    changes.add("after", rows);
    const pages = [...changes.changes()];
    expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 430]);
    expect(readdirSync(folder)).toEqual([]);
    changes.close();
  });
});
