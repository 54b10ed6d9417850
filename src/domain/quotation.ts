import { displayText } from "./address.ts";
import {
  cellsOf,
  LINE_BREAK,
  LINE_BREAKS,
  linesOf,
  swallowedLine,
  type TableShape,
} from "./swallowed-record.ts";

/** A record as the parser split it, and the line on which it begins. */
interface CutRecord {
  readonly line: number;
  readonly cells: readonly string[];
  readonly raw: string;
}

/** A reason not to trust the boundaries of a record and its cells. */
export interface QuotationFault {
  readonly code: "misplaced_quote" | "swallowed_record";
  readonly message: string;
}

/** The length of the text that a message shows around a quotation mark. */
const CONTEXT_LENGTH = 20;

/**
 * Finds a missing or surplus quotation mark: one inside an unquoted cell, one with text after it, or a quoted cell that
 * contains other records of the file. Such a record must not be used: its cells may belong to other people. Returns
 * undefined for a record without a fault. Cheap for records of one line.
 */
export function quotationFault(record: CutRecord, shape: TableShape): QuotationFault | undefined {
  const { raw, cells } = record;
  // The parser keeps a misplaced mark as text, so it is in one of the cells.
  if (cells.some((cell) => cell.includes('"'))) {
    const place = misplacedQuote(raw, shape.delimiter);
    if (place !== undefined) return misplaced(record, place);
  }
  // Within a record, a line break is always inside quotation marks.
  return LINE_BREAK.test(raw) ? swallowed(record, shape) : undefined;
}

/**
 * Returns whether a misplaced quotation mark may be the reason why a record has more or fewer cells than the header.
 * Surplus empty cells are trusted if every record of the file has them.
 */
export function hasMovedMark({ cells, raw }: CutRecord, shape: TableShape): boolean {
  if (!raw.includes('"')) return false;
  if (cells.length > shape.cellCount) return cells.length !== cellsOf(shape);
  for (const line of linesOf(raw)) {
    if (unquoted(line).split(shape.delimiter).length >= shape.cellCount) return true;
  }
  return false;
}

/** Returns the index of the first character that strict CSV does not allow at its place. */
function misplacedQuote(raw: string, delimiter: string): number | undefined {
  for (let start = 0; ; ) {
    if (raw.charAt(start) === '"') {
      const end = endOfQuoted(raw, start + 1);
      if (end === raw.length) return undefined;
      if (!raw.startsWith(delimiter, end)) return end - 1;
      start = end + delimiter.length;
    } else {
      const next = raw.indexOf(delimiter, start);
      const mark = raw.indexOf('"', start);
      if (mark === -1) return undefined;
      if (next === -1 || mark < next) return mark;
      start = next + delimiter.length;
    }
  }
}

/** Returns the index after the closing mark of a quoted cell, or the end of the text if there is none. */
function endOfQuoted(raw: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = raw.indexOf('"', at);
    if (at === -1) return raw.length;
    if (raw.charAt(at + 1) !== '"') return at + 1;
  }
}

function misplaced({ line, raw }: CutRecord, place: number): QuotationFault {
  const inLine = line + breakCount(raw.slice(0, place));
  const start = Math.max(0, place - CONTEXT_LENGTH);
  const context = displayText(raw.slice(start, place + CONTEXT_LENGTH));
  return {
    code: "misplaced_quote",
    message: `line ${inLine} has a quotation mark inside a cell, near '${context}'${reach(line, raw)}. Remove it if it is stray. If it belongs to the text, put the whole cell in quotation marks and write "" for each one inside`,
  };
}

function swallowed(record: CutRecord, shape: TableShape): QuotationFault | undefined {
  const found = swallowedLine(record.cells, shape);
  if (found === undefined) return undefined;
  const { line, raw } = record;
  return {
    code: "swallowed_record",
    message: `a quoted cell contains another record, '${displayText(found)}'${reach(line, raw)}. Look for a missing or surplus quotation mark, and fix it`,
  };
}

function reach(line: number, raw: string): string {
  const breaks = breakCount(raw);
  return breaks === 0 ? "" : `, in the record of lines ${line} to ${line + breaks}`;
}

function breakCount(text: string): number {
  return text.match(LINE_BREAKS)?.length ?? 0;
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}
