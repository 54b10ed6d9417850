/** The value of a column. This schema stores only texts and integers below 2^53. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

/**
 * Returns the text in a form that can be read back, with U+FFFD for each NUL and each half of a surrogate pair. libsql
 * cuts a text at its first NUL, and the process crashes when it reads half a surrogate pair that `json_each` stored.
 */
export function storable(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\ufffd") : wellFormed;
}

/** Returns the text in column `index`; an empty text for NULL. */
export function text(row: Row, index: number): string {
  return textOrNull(row, index) ?? "";
}

/** Returns the text in column `index`, or null. */
export function textOrNull(row: Row, index: number): string | null {
  const cell = row[index];
  if (typeof cell === "string" || cell === null) return cell;
  throw new TypeError(`column ${index} holds ${typeof cell}, not text`);
}

/** Returns the integer in column `index`; 0 for NULL, because SQL's sum() of no rows is NULL. */
export function integer(row: Row, index: number): number {
  const cell = row[index];
  if (typeof cell === "number") return cell;
  if (cell === null) return 0;
  throw new TypeError(`column ${index} holds ${typeof cell}, not a number`);
}
