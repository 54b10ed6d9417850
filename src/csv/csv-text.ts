import { stringify } from "csv-stringify/sync";
import { escapeFormula } from "../domain/formula.ts";

/** One line of a table. A string that a spreadsheet would run as a formula gets a leading `'`; a number never. */
export type CsvRow = readonly (string | number)[];

export interface CsvStyle {
  /** False leaves formulas as they are. */
  readonly escapeFormulas?: boolean;
}

/** What csv-stringify puts between quotation marks. */
const TO_QUOTE = /[",\r\n]/;

/**
 * Lines of CSV: commas, LF, quotation marks only where they are needed. NUL characters are left out, as no reader of
 * CSV takes them, this tool's own included; anything else is written as it is.
 */
export function csvText(rows: readonly CsvRow[], { escapeFormulas = true }: CsvStyle = {}): string {
  let text = "";
  for (const row of rows) text += csvLine(row, escapeFormulas);
  return text;
}

function csvLine(row: CsvRow, escapeFormulas: boolean): string {
  let isPlain = true;
  const cells = row.map((cell) => {
    const text = written(cell, escapeFormulas);
    isPlain &&= !TO_QUOTE.test(text);
    return text;
  });
  const line = cells.join(",");
  // Most lines have nothing to quote, and joining their cells takes a fourth of csv-stringify's time. A line of
  // nothing is passed over by every reader, so a lone empty cell is quoted.
  return isPlain && line !== "" ? `${line}\n` : stringify([cells], { quoted_empty: cells.length === 1 });
}

function written(cell: string | number, escapeFormulas: boolean): string {
  if (typeof cell === "number") return String(cell);
  // Taken out before and not after: a formula behind a NUL must still be seen as one.
  const text = cell.includes("\0") ? cell.replaceAll("\0", "") : cell;
  return escapeFormulas ? escapeFormula(text) : text;
}
