const STARTS = "[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]";

/**
 * The beginning of a cell that a spreadsheet runs as a formula, or that looks like one that was escaped already, as
 * the source of a regular expression: `=`, `+`, `-`, `@`, their full-width forms, a tab and a carriage return, behind
 * which one may hide.
 */
export const FORMULA = `'*${STARTS}`;

/**
 * A formula's beginning behind a `;` or a tab, which is a cell's beginning to a spreadsheet that splits there, as the
 * source of a regular expression. A quotation mark in front may be taken for the beginning of a quoted cell.
 */
export const HIDDEN_FORMULA = `[;\\t]"*${STARTS}`;

const ESCAPED_WHERE = new RegExp(`^${FORMULA}|${HIDDEN_FORMULA}`);

/**
 * The cell with a `'` in front, where a spreadsheet would run it or a part of it as a formula; the cell itself
 * elsewhere. One that looks as if it were escaped already gets another `'`, so that {@link unescapeFormula} gives back
 * every cell.
 */
export function escapeFormula(cell: string): string {
  return ESCAPED_WHERE.test(cell) ? `'${cell}` : cell;
}

/** Takes off what {@link escapeFormula} put in front, and no other `'`. */
export function unescapeFormula(cell: string): string {
  return cell.startsWith("'") && ESCAPED_WHERE.test(cell.slice(1)) ? cell.slice(1) : cell;
}
