const STARTS = "[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]";

/**
 * The beginning of a cell that a spreadsheet runs as a formula, or that looks like one that was escaped already, as
 * the source of a regular expression: `=`, `+`, `-`, `@`, their full-width forms, a tab and a carriage return, behind
 * which one may hide.
 */
export const FORMULA = `'*${STARTS}`;

const FORMULA_CELL = new RegExp(`^${FORMULA}`);
const ESCAPED_CELL = new RegExp(`^'+${STARTS}`);

/**
 * The cell with a `'` in front, where a spreadsheet would run it as a formula; the cell itself elsewhere. One that
 * looks as if it were escaped already gets another `'`, so that {@link unescapeFormula} gives back every cell.
 */
export function escapeFormula(cell: string): string {
  return FORMULA_CELL.test(cell) ? `'${cell}` : cell;
}

/** Takes off what {@link escapeFormula} put in front. */
export function unescapeFormula(cell: string): string {
  return ESCAPED_CELL.test(cell) ? cell.slice(1) : cell;
}
