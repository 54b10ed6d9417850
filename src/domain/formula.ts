/*
 * A spreadsheet runs a cell that begins with one of these as a formula: `=`, `+`, `-`, `@`, their full-width
 * forms, a tab and a carriage return, behind which one may hide.
 */
const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const ESCAPED = /^'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * The cell with a `'` in front, where a spreadsheet would run it as a formula; the cell itself elsewhere. One that
 * looks as if it were escaped already gets another `'`, so that {@link unescapeFormula} gives back every cell.
 */
export function escapeFormula(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** Takes off what {@link escapeFormula} put in front. */
export function unescapeFormula(cell: string): string {
  return ESCAPED.test(cell) ? cell.slice(1) : cell;
}
