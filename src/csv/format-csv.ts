import { stringify } from "csv-stringify/sync";
import { escapeFormula, FORMULA, HIDDEN_FORMULA } from "../domain/formula.ts";

/** One line of a table. A string that a spreadsheet would run as a formula gets a leading `'`; a number does not. */
export type CsvRow = readonly (string | number)[];

/** Options of {@link formatCsv}. */
export interface CsvStyle {
  /** False leaves formulas as they are. */
  readonly escapeFormulas?: boolean;
}

/** Characters for which csv-stringify quotes a cell. */
const TO_QUOTE = /[",\r\n]/;
/** Also quoted, so that a spreadsheet that splits at `;` or tabs does not split the cell there. */
const HIDDEN = new RegExp(HIDDEN_FORMULA);

/**
 * Formats rows as CSV: commas, LF, quotation marks only if needed. Drops NUL characters, because CSV readers, this tool
 * included, reject them. Writes all other characters as they are.
 */
export function formatCsv(rows: readonly CsvRow[], { escapeFormulas = true }: CsvStyle = {}): string {
  let text = "";
  for (const row of rows) {
    const line = row.join(",");
    text += isPlain(line, row.length) ? `${line}\n` : quotedLine(row, escapeFormulas);
  }
  return text;
}

const PLAIN_CELL = `(?!${FORMULA})[^",\\r\\n\\0]*`;
/** Patterns of lines that need neither quotes nor escapes, by the number of cells. */
const formatPlainLines = new Map<number, RegExp>();

/**
 * Returns whether joined cells can be written unchanged. Most can, and checking the line costs a third of checking each
 * cell. A comma inside a cell changes the number of cells. An empty line is not plain, because readers skip it.
 */
function isPlain(line: string, cells: number): boolean {
  let plain = formatPlainLines.get(cells);
  if (plain === undefined) {
    plain = new RegExp(`^(?=.)${Array(cells).fill(PLAIN_CELL).join(",")}$`);
    formatPlainLines.set(cells, plain);
  }
  return plain.test(line) && !HIDDEN.test(line);
}

function quotedLine(row: CsvRow, escapeFormulas: boolean): string {
  const cells = row.map((cell) => serializeCell(cell, escapeFormulas));
  const toQuote = (cell: string): boolean => TO_QUOTE.test(cell) || (escapeFormulas && HIDDEN.test(cell));
  if (cells.length > 1 && !cells.some(toQuote)) return `${cells.join(",")}\n`;
  return stringify([cells], {
    quoted_empty: cells.length === 1,
    ...(escapeFormulas ? { quoted_match: HIDDEN } : {}),
  });
}

function serializeCell(cell: string | number, escapeFormulas: boolean): string {
  if (typeof cell === "number") return String(cell);
  // Remove NULs first: otherwise a formula after a NUL would not be recognized.
  const text = cell.includes("\0") ? cell.replaceAll("\0", "") : cell;
  return escapeFormulas ? escapeFormula(text) : text;
}
