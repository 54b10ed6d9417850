/** What a column holds. Texts and integers below 2^53 are all that this schema stores. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

/**
 * A text as it can be read back: libsql cuts a text at its first NUL, and the process dies where it reads half a
 * surrogate pair back that came in through `json_each`. Both become U+FFFD.
 */
export function storable(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\ufffd") : wellFormed;
}

/** The text in column `index`; an empty text for NULL. */
export function text(row: Row, index: number): string {
  return textOrNull(row, index) ?? "";
}

export function textOrNull(row: Row, index: number): string | null {
  const cell = row[index];
  if (typeof cell === "string" || cell === null) return cell;
  throw new TypeError(`column ${index} holds ${typeof cell}, not text`);
}

/** The integer in column `index`; 0 for NULL, which is what SQL's sum() of nothing gives. */
export function integer(row: Row, index: number): number {
  const cell = row[index];
  if (typeof cell === "number") return cell;
  if (cell === null) return 0;
  throw new TypeError(`column ${index} holds ${typeof cell}, not a number`);
}
