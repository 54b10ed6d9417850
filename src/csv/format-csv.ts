import { stringify } from "csv-stringify/sync";
import { escapeFormula, FORMULA, HIDDEN_FORMULA } from "../domain/formula.ts";

/** One line of a table. A string that a spreadsheet would run as a formula gets a leading `'`; a number never. */
export type CsvRow = readonly (string | number)[];

export interface CsvStyle {
  /** False leaves formulas as they are. */
  readonly escapeFormulas?: boolean;
}

/** What csv-stringify puts between quotation marks. */
const TO_QUOTE = /[",\r\n]/;
/** Quoted too, so that a spreadsheet that splits at `;` or tabs keeps together what it can. */
const HIDDEN = new RegExp(HIDDEN_FORMULA);

/**
 * Lines of CSV: commas, LF, quotation marks only where they are needed. NUL characters are left out, as no reader of
 * CSV takes them, this tool's own included; anything else is written as it is.
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
/** By the number of cells: lines that are the same whether their cells are looked at one by one or not. */
const formatPlainLines = new Map<number, RegExp>();

/**
 * Whether cells, joined, are a line as they are. Most are, and one look at the whole costs a third of a look at each
 * cell. A comma within a cell makes one too many. A line of nothing is never plain: readers pass over it.
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
  // Taken out before and not after: a formula behind a NUL must still be seen as one.
  const text = cell.includes("\0") ? cell.replaceAll("\0", "") : cell;
  return escapeFormulas ? escapeFormula(text) : text;
}
