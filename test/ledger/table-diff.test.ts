import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RowChange, TableChanges } from "../../src/ledger/table-diff.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Rows = readonly (readonly [key: string, content: string])[];

function changesBetween(was: Rows, now: Rows): RowChange[] {
  const changes = new TableChanges(temporaryFolder());
  try {
    const rows = (table: Rows) => table.map(([key, content]) => ({ key, content }));
    changes.add("was", rows(was));
    changes.add("now", rows(now));
    return [...changes.changes()].flat();
  } finally {
    changes.close();
  }
}

describe("between two tables", () => {
  it("rows are added, removed and changed, sorted by key", () => {
    const was: Rows = [
      ["c", "c1"],
      ["a", "a1"],
      ["b", "b1"],
    ];
    const now: Rows = [
      ["d", "d1"],
      ["b", "b1"],
      ["c", "c2"],
    ];
    expect(changesBetween(was, now)).toEqual([
      { was: "a1", now: undefined },
      { was: "c1", now: "c2" },
      { was: undefined, now: "d1" },
    ]);
  });

  it("nothing differs where only the order does, one row of a key or several", () => {
    const table = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "'", "ü")));
    fc.assert(
      fc.property(table, (rows) => {
        expect(changesBetween(rows, rows.toReversed())).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("whatever they hold, the changes lead from the one to the other", () => {
    const table = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "3")));
    fc.assert(
      fc.property(table, table, (was, now) => {
        const left = was.map(([key, content]) => `${key}${content}`);
        const rows = (side: Rows): Rows => side.map(([key, content]) => [key, `${key}${content}`]);
        for (const change of changesBetween(rows(was), rows(now))) {
          if (change.was !== undefined) {
            expect(left).toContain(change.was);
            left.splice(left.indexOf(change.was), 1);
          }
          if (change.now !== undefined) left.push(change.now);
        }
        expect(left.sort()).toEqual(now.map(([key, content]) => `${key}${content}`).sort());
      }),
      { numRuns: 50 },
    );
  });

  it("thousands of changes are told page by page, and no file of it has a name", () => {
    const folder = temporaryFolder();
    const changes = new TableChanges(folder);
    const rows = Array.from({ length: 5_430 }, (_, index) => ({
      key: String(index),
      content: "x".repeat(500),
    }));
    changes.add("now", rows);
    const pages = [...changes.changes()];
    expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 430]);
    expect(readdirSync(folder)).toEqual([]);
    changes.close();
  });
});
