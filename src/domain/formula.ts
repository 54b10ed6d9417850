const STARTS = "[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]";

/**
 * The source of a regular expression for the beginning of a cell that a spreadsheet runs as a formula, or that looks
 * like an escaped one: `=`, `+`, `-`, `@`, their full-width forms, and a tab or a carriage return, after which one may
 * hide.
 */
export const FORMULA = `'*${STARTS}`;

/**
 * The source of a regular expression for a formula after a `;` or a tab, where some spreadsheets begin a new cell. They
 * may treat a quotation mark in front of it as the beginning of a quoted cell.
 */
export const HIDDEN_FORMULA = `[;\\t]"*${STARTS}`;

const ESCAPED_WHERE = new RegExp(`^${FORMULA}|${HIDDEN_FORMULA}`);

/**
 * Puts a `'` in front of a cell that a spreadsheet would run, as a whole or in part, as a formula. Returns any other
 * cell unchanged. A cell that looks escaped gets another `'`, so that {@link unescapeFormula} restores every cell.
 */
export function escapeFormula(cell: string): string {
  return ESCAPED_WHERE.test(cell) ? `'${cell}` : cell;
}

/** Removes the `'` that {@link escapeFormula} adds, and no other. */
export function unescapeFormula(cell: string): string {
  return cell.startsWith("'") && ESCAPED_WHERE.test(cell.slice(1)) ? cell.slice(1) : cell;
}
