import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { escapeFormula, unescapeFormula } from "../../src/domain/formula.ts";

const cells = fc.string({
  unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "＝", "a", " ", "1", '"', ";"),
});

describe("a cell that a spreadsheet would run", () => {
  it.each([
    "=1+1",
    "+49 30",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "x;=1",
    "x\t@a",
    'x;"=1',
    "'x;=1",
  ])("gets a leading apostrophe: %j", (cell) => {
    expect(escapeFormula(cell)).toBe(`'${cell}`);
  });

  it.each(["", "ann@x.example", "a=b", " =1", "'", "'a", "o'neil", "a;b", "a; -b", "'a;b"])(
    "is not %j",
    (cell) => {
      expect(escapeFormula(cell)).toBe(cell);
      expect(unescapeFormula(cell)).toBe(cell);
    },
  );
});

test("Whatever a cell holds, it comes back", () => {
  fc.assert(
    fc.property(cells, (cell) => {
      expect(unescapeFormula(escapeFormula(cell))).toBe(cell);
    }),
  );
});

test("No cell is written so that a spreadsheet would run it", () => {
  fc.assert(
    fc.property(cells, (cell) => {
      expect(escapeFormula(cell)).not.toMatch(/^[=+\-@\t\r＝]/);
      if (/[;\t]"*[=+\-@\t\r＝]/.test(cell)) expect(escapeFormula(cell)).toBe(`'${cell}`);
    }),
  );
});
