import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptRows } from "../../src/domain/kept-rows.ts";
import type { ParsedRow } from "../../src/domain/parsed-record.ts";
import { type InputRecord, parseRecord } from "../../src/domain/row.ts";

const layout = { columns: { aliasFor: 0, aliases: [1, 2, 3] }, cellCount: 4, delimiter: "," };
const record = (cells: readonly string[]): InputRecord => ({ line: 2, cells, raw: cells.join(",") });
const rowsOf = (cells: readonly string[]): ParsedRow[] => {
  const reading = parseRecord(record(cells), layout);
  return reading.kind === "list" ? [...reading.rows] : [reading];
};

describe("a record with only some of its rows", () => {
  const cells = [
    "ann@new.example",
    "a@old.example",
    "SMTP:ann@new.example;smtp:b@old.example;c@old.example",
    "d@",
  ];

  it("has the cells of rows that are done emptied, and lists cut down", () => {
    expect(keptRows(record(cells), layout, (ordinal) => ordinal === 2)).toEqual([
      "ann@new.example",
      "",
      "c@old.example",
      "",
    ]);
  });

  it("keeps cells as they are whose rows are all left", () => {
    expect(keptRows(record(cells), layout, (ordinal) => ordinal === 0 || ordinal === 3)).toEqual([
      "ann@new.example",
      "a@old.example",
      "",
      "d@",
    ]);
  });

  it("is the record itself where its aliasFor is not an address", () => {
    const single = ["ann", "a@old.example", "b@old.example", ""];
    expect(keptRows(record(single), layout, () => true)).toEqual(single);
    expect(keptRows(record([]), layout, () => true)).toEqual([]);
  });

  it("gives exactly these rows when it is read again, whatever its cells", () => {
    const address = fc.constantFrom("a@old.example", "smtp:b@old.example", "c@old", "nonsense");
    const other = fc.constantFrom(
      "SMTP:ann@new.example",
      "ann@new.example",
      "x500:/o=A, B/cn=c",
      "sip:ann@new.example",
    );
    const list = fc
      .array(fc.oneof({ weight: 3, arbitrary: address }, other), { maxLength: 4 })
      .chain((entries) => fc.constantFrom(";", "|", "\n").map((separator) => entries.join(separator)));
    const cell = fc.oneof(fc.constantFrom("", " ", "System.Object[]"), address, list);
    fc.assert(
      fc.property(fc.tuple(cell, cell, cell), fc.array(fc.boolean(), { maxLength: 12 }), (aliases, kept) => {
        const whole = ["ann@new.example", ...aliases];
        const rows = rowsOf(whole);
        const left = rows.filter((_, ordinal) => kept[ordinal] === true);
        fc.pre(left.length > 0 && !rows.some(isWholeRecord));
        const again = keptRows(record(whole), layout, (ordinal) => kept[ordinal] === true);
        expect(rowsOf(again)).toEqual(left);
      }),
      { numRuns: 500 },
    );
  });
});

/** A record that is invalid as a whole is a single row, and is never cut down. */
function isWholeRecord(row: ParsedRow): boolean {
  return row.kind === "invalid" && (row.code === "broken_list" || row.code === "primary_mismatch");
}
