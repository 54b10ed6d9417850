import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import { rewriteRecord } from "../../src/csv/rewrite-record.ts";

it("a record is written anew in its own dialect, with one cell changed", () => {
  const rewritten = (raw: string, delimiter: string) =>
    rewriteRecord(raw, delimiter, (cells) => cells.with(1, "a;b"));
  expect(rewritten("p,x,note", ",")).toBe("p,a;b,note");
  expect(rewritten("p;x;note", ";")).toBe('p;"a;b";note');
  expect(rewritten('"p";"x";"note"', ";")).toBe('"p";"a;b";"note"');
  expect(rewritten('p\tx\t"say ""hi"""', "\t")).toBe('p\ta;b\t"say ""hi"""');
  expect(rewritten('p,x,"two\r\nlines"', ",")).toBe('p,a;b,"two\r\nlines"');
  expect(rewritten('p,x,"one\rline"', ",")).toBe('p,a;b,"one\rline"');
  expect(rewritten('p,x," padded "', ",")).toBe('p,a;b," padded "');
  expect(rewritten("p,x,=1+1", ",")).toBe("p,a;b,=1+1");
  expect(rewritten('p,x,5" pipe', ",")).toBe('p,a;b,"5"" pipe"');
});

it("for any record, in any dialect, all other cells are read back as they were", () => {
  const cell = fc.string({ unit: fc.constantFrom(..."a\"',;|\t\r\n ü="), maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(cell, { minLength: 2, maxLength: 5 }),
      fc.constantFrom(",", ";", "\t", "|"),
      fc.boolean(),
      cell,
      (cells, delimiter, quoted, changed) => {
        const raw = stringify([cells], { delimiter, quoted, quoted_match: /[\r\n]/, eof: false });
        const rewritten = rewriteRecord(raw, delimiter, (found) => {
          expect(found).toEqual(cells);
          return found.with(1, changed);
        });
        const read: string[][] = parse(rewritten, { delimiter, record_delimiter: ["\r\n", "\n", "\r"] });
        expect(read).toEqual([[cells[0], changed, ...cells.slice(2)]]);
      },
    ),
    { numRuns: 2_000 },
  );
});
