import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsv } from "../../src/csv/format-csv.ts";
import { escapeFormula } from "../../src/domain/formula.ts";

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\r", "\n", " ", "ü", "😀", "'", "=") }),
  fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
);
const rows = fc.integer({ min: 1, max: 4 }).chain((width) => {
  return fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 });
});

describe("lines of CSV", () => {
  it("are those that csv-stringify gives", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const quotedEmpty = { quoted_empty: table[0]?.length === 1 };
        expect(formatCsv(table, { escapeFormulas: false })).toBe(stringify(table, quotedEmpty));
      }),
    );
  });

  it("give every row back, whatever its cells hold", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const text = formatCsv(table, { escapeFormulas: false });
        expect(parse(text, { skip_empty_lines: true, record_delimiter: "\n" })).toEqual(table);
      }),
    );
  });

  it("have a ' in front of every formula, and of nothing else", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const escaped = table.map((row) => row.map(escapeFormula));
        const quoted = { quoted_empty: table[0]?.length === 1, quoted_match: /[;\t]"*[=+\-@\t\r＝＋－＠]/ };
        expect(formatCsv(table)).toBe(stringify(escaped, quoted));
      }),
    );
  });

  it("are without NUL characters, also where a formula hides behind one", () => {
    expect(formatCsv([["a\0b", "c"], ["\0=1", "c"], ["\0"]])).toBe('ab,c\n\'=1,c\n""\n');
  });

  it("keep a formula behind a ; or a tab in one quoted cell, with a ' in front", () => {
    expect(
      formatCsv([
        ["x;=1+1", "a;b"],
        ["a", "x\t@b"],
      ]),
    ).toBe('"\'x;=1+1",a;b\na,"\'x\t@b"\n');
    expect(formatCsv([["x;=1+1", "a"]], { escapeFormulas: false })).toBe("x;=1+1,a\n");
  });

  it("leave formulas as they are only where asked to", () => {
    expect(formatCsv([["=1", -1, "+2"]])).toBe("'=1,-1,'+2\n");
    expect(formatCsv([["=1", -1, "+2"]], { escapeFormulas: false })).toBe("=1,-1,+2\n");
  });
});
