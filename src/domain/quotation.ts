import { readAddress, shown } from "./address.ts";

/** The part of a table's layout that tells a record from other text. */
interface TableShape {
  readonly delimiter: string;
  readonly columns: { readonly aliasFor: number; readonly aliases: readonly number[] };
  /** The number of the header's cells. */
  readonly cellCount: number;
  /** The number of empty cells that every record has behind those of the header. */
  readonly extraCells?: number | undefined;
}

/** A record as the parser cut it, and where it begins. */
interface CutRecord {
  readonly line: number;
  readonly cells: readonly string[];
  readonly raw: string;
}

/** A reason not to trust where a record and its cells end. */
export interface QuotationFault {
  readonly code: "misplaced_quote" | "swallowed_record";
  readonly message: string;
}

const LINE_BREAK = /[\r\n]/;
const LINE_BREAKS = /\r\n|\n|\r/g;
/** The length of the text that a message shows around a quotation mark. */
const CONTEXT_LENGTH = 20;

/**
 * Finds a quotation mark that is missing or too many: one inside an unquoted cell or with text behind it, or a quoted
 * cell that holds other records of the file. Such a record must not be used: its cells may belong to other people.
 * Returns undefined for a record without a fault. Cheap for records of one line.
 */
export function quotationFault(record: CutRecord, shape: TableShape): QuotationFault | undefined {
  const { raw, cells } = record;
  // The parser keeps a misplaced mark as text, so it is in one of the cells.
  if (cells.some((cell) => cell.includes('"'))) {
    const place = misplacedQuote(raw, shape.delimiter);
    if (place !== undefined) return misplaced(record, place);
  }
  // In a record, a line break is always inside quotation marks.
  return LINE_BREAK.test(raw) ? swallowed(record, shape) : undefined;
}

/**
 * Tells whether a record that has not the header's number of cells may have lost or gained them by a quotation mark at
 * another place than it was. Empty cells too many are trusted where every record of the file has them.
 */
export function hasMovedMark({ cells, raw }: CutRecord, shape: TableShape): boolean {
  if (!raw.includes('"')) return false;
  if (cells.length > shape.cellCount) return cells.length !== cellsOf(shape);
  for (const line of linesOf(raw)) {
    if (unquoted(line).split(shape.delimiter).length >= shape.cellCount) return true;
  }
  return false;
}

/** Finds the first character that strict CSV does not allow at its place. Returns its index. */
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

/** Returns the index behind the closing mark of a quoted cell; `from` is inside it. */
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
  const context = shown(raw.slice(start, place + CONTEXT_LENGTH));
  return {
    code: "misplaced_quote",
    message: `line ${inLine} has a quotation mark inside a cell, near '${context}'${reach(line, raw)}. Remove it if it is stray. If it belongs to the text, put the whole cell in quotation marks and write "" for each one inside`,
  };
}

function swallowed(record: CutRecord, shape: TableShape): QuotationFault | undefined {
  const found = swallowedLine(record, shape);
  if (found === undefined) return undefined;
  const { line, raw } = record;
  return {
    code: "swallowed_record",
    message: `a quoted cell runs over the end of a record: '${shown(found)}' is one of its own${reach(line, raw)}. Look for a quotation mark that is missing or too many`,
  };
}

function reach(line: number, raw: string): string {
  const breaks = breakCount(raw);
  return breaks === 0 ? "" : `, in the record of lines ${line} to ${line + breaks}`;
}

function breakCount(text: string): number {
  return text.match(LINE_BREAKS)?.length ?? 0;
}

/** Returns a line that is a record of its own, though the record goes on before or behind it. */
function swallowedLine({ cells, raw }: CutRecord, shape: TableShape): string | undefined {
  let lastBroken = 0;
  for (const [index, cell] of cells.entries()) {
    if (!LINE_BREAK.test(cell)) continue;
    lastBroken = index;
    if (hasEntryOnEachLine(cell, shape.delimiter)) continue;
    let isFirst = true;
    for (const line of linesOf(cell)) {
      // The cell's first line begins a line of the file only in the first column.
      if ((!isFirst || index === 0) && isRecord(line.split(shape.delimiter), shape, true)) return line;
      isFirst = false;
    }
    const line = index < cells.length - 1 ? wholeAtEdge(cells, index, cell, shape) : undefined;
    if (line !== undefined) return line;
  }
  // A closing mark that moved to the same column of the next record leaves no whole record inside the cell, but two
  // lines of the text that are whole.
  if (lastBroken === cells.length - 1) return undefined;
  const first = unquoted(raw.slice(0, raw.search(LINE_BREAK)));
  const last = unquoted(raw.slice(Math.max(raw.lastIndexOf("\n"), raw.lastIndexOf("\r")) + 1));
  const mayBeShort = cells.length !== cellsOf(shape);
  const isRecordLine = (line: string): boolean => isRecord(line.split(shape.delimiter), shape, mayBeShort);
  return isRecordLine(first) && isRecordLine(last) ? last : undefined;
}

/**
 * Returns the line of a record that ends in a cell's first line, or of one that begins in its last line. The cells
 * beside it are as they were cut: a list or a note may hold the delimiter.
 */
function wholeAtEdge(
  cells: readonly string[],
  index: number,
  cell: string,
  shape: TableShape,
): string | undefined {
  const { delimiter, columns } = shape;
  const before = cells.slice(0, index);
  const firstBreak = cell.search(LINE_BREAK);
  const lastBreak = Math.max(cell.lastIndexOf("\n"), cell.lastIndexOf("\r"));
  const first = [...before, ...cell.slice(0, firstBreak).split(delimiter)];
  // The record should have ended in its first line: this cell took the cells behind it as well.
  if (index <= Math.max(columns.aliasFor, ...columns.aliases) && isWhole(first, shape)) {
    const isNext = (): boolean => beginsRecord(cell.slice(firstBreak), cells.length - 1 - index, shape);
    if (columns.aliasFor >= index || isNext()) return first.join(delimiter);
  }
  // A record begins in the last line: this cell took the beginning of it, and addresses of the record before.
  if (index === 0 || !cell.includes("@")) return undefined;
  const last = [...cell.slice(lastBreak + 1).split(delimiter), ...cells.slice(index + 1)];
  const rest = [...before, ...cell.slice(0, lastBreak).split(delimiter)];
  return isWhole(last, shape) && isRecord(rest, shape, rest.length > Math.min(...columns.aliases))
    ? last.join(delimiter)
    : undefined;
}

/**
 * Tells whether a record begins in a line of a text that `cellsBehind` cells follow: the line has an address in the
 * place of aliasFor, and there are enough cells from it on.
 */
function beginsRecord(text: string, cellsBehind: number, shape: TableShape): boolean {
  const { delimiter, columns, cellCount } = shape;
  let cellsLeft = text.split(delimiter).length + cellsBehind;
  for (const line of linesOf(text)) {
    const cells = line.split(delimiter);
    if (cellsLeft >= cellCount && readAddress(cells[columns.aliasFor] ?? "").ok) return true;
    cellsLeft -= cells.length - 1;
  }
  return false;
}

function isWhole(cells: readonly string[], shape: TableShape): boolean {
  return isRecord(cells, shape, false) && hasAliasOrNone(cells, shape);
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}

/** Tells a list with one entry on each line, and the delimiter at the end of all lines but the last. */
function hasEntryOnEachLine(cell: string, delimiter: string): boolean {
  let isEnded = true;
  for (const line of linesOf(cell)) {
    // The line before, which was not the last one.
    if (!isEnded) return false;
    const place = line.indexOf(delimiter);
    const behind = line.slice(place + delimiter.length);
    if (place !== -1 && (behind.includes(delimiter) || behind.trim() !== "")) return false;
    isEnded = place !== -1;
  }
  return true;
}

/**
 * Tells whether a line's cells would be read as a record: it has the header's number of cells, or more where a list has the
 * delimiter between its entries, and an address in the place of aliasFor. With `mayBeShort`, empty cells may be
 * missing at its end, as in the records of the file.
 */
function isRecord(cells: readonly string[], shape: TableShape, mayBeShort: boolean): boolean {
  const { cellCount, columns } = shape;
  const isAddress = (index: number): boolean => readAddress(cells[index] ?? "").ok;
  if (cells.length < cellCount) {
    const hasAlias = columns.aliases.some((index) => cells[index]?.includes("@") === true);
    return mayBeShort && hasAlias && isAddress(columns.aliasFor);
  }
  if (!mayBeShort && cells.length < cellsOf(shape)) return false;
  return isAddress(columns.aliasFor) || isAddress(columns.aliasFor + cells.length - cellCount);
}

/** Tells whether a record has an address, or nothing, in the place of an alias. */
function hasAliasOrNone(cells: readonly string[], { columns, cellCount }: TableShape): boolean {
  return columns.aliases.some((column) =>
    cells
      .slice(column, column + 1 + cells.length - cellCount)
      .some((cell) => cell.includes("@") || cell.trim() === ""),
  );
}

function cellsOf({ cellCount, extraCells = 0 }: TableShape): number {
  return cellCount + extraCells;
}

/** The lines of a text, one by one: a cell of a megabyte has a hundred thousand. */
function* linesOf(text: string): Generator<string, void, undefined> {
  let start = 0;
  for (const { index, 0: lineBreak } of text.matchAll(LINE_BREAKS)) {
    yield text.slice(start, index);
    start = index + lineBreak.length;
  }
  yield text.slice(start);
}
