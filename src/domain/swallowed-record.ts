import { parseAddress } from "./address.ts";

/** The part of a table's layout by which a record is recognized. */
export interface TableShape {
  readonly delimiter: string;
  readonly columns: { readonly aliasFor: number; readonly aliases: readonly number[] };
  /** The number of the header's cells. */
  readonly cellCount: number;
  /** The number of empty cells that every record has after those of the header. */
  readonly extraCells?: number | undefined;
}

export const LINE_BREAK = /[\r\n]/;
export const LINE_BREAKS = /\r\n|\n|\r/g;

/** Returns a line inside the record that is itself a record; undefined if there is none. */
export function swallowedLine(cells: readonly string[], shape: TableShape): string | undefined {
  const { delimiter } = shape;
  let first: readonly string[] | undefined;
  let last: readonly string[] = [];
  for (const [index, cell] of cells.entries()) {
    if (!LINE_BREAK.test(cell)) continue;
    const behind = cells.slice(index + 1);
    first ??= [...cells.slice(0, index), ...cell.slice(0, cell.search(LINE_BREAK)).split(delimiter)];
    last = behind.length === 0 ? [] : [...cell.slice(lastBreakOf(cell) + 1).split(delimiter), ...behind];
    // A moved mark next to another one looks like a doubled one. Addresses don't contain it, but lists in JSON do.
    if (isAddressColumn(index, shape) && cell.includes('"') && !cell.trimStart().startsWith("[")) {
      return cell.slice(cell.search(LINE_BREAK)).trim();
    }
    if (hasEntryOnEachLine(cell, delimiter)) continue;
    let isFirst = true;
    for (const line of linesOf(cell)) {
      // The cell's first line begins a line of the file only in the first column.
      if ((!isFirst || index === 0) && isRecord(line.split(delimiter), shape, true)) return line;
      isFirst = false;
    }
    const line = index < cells.length - 1 ? wholeAtEdge(cells, index, cell, shape) : undefined;
    if (line !== undefined) return line;
  }
  // If a closing mark moved to the same column of the next record, the cell does not contain a whole record, but the
  // first and the last line of the text are whole.
  const mayBeShort = cells.length !== cellsOf(shape);
  const isBoth =
    first !== undefined && isRecord(first, shape, mayBeShort) && isRecord(last, shape, mayBeShort);
  return isBoth ? last.join(delimiter) : undefined;
}

/**
 * Returns the line of a record that ends in the cell's first line, or that begins in its last line. The cells next to
 * it stay as they are, because a list or a note may contain the delimiter.
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
  const lastBreak = lastBreakOf(cell);
  const first = [...before, ...cell.slice(0, firstBreak).split(delimiter)];
  // The record should have ended in the cell's first line: the cell also contains the cells after it.
  if (index <= Math.max(columns.aliasFor, ...columns.aliases) && isWhole(first, shape)) {
    const isNext = (): boolean => beginsRecord(cell.slice(firstBreak), cells.length - 1 - index, shape);
    if (columns.aliasFor >= index || isNext()) return first.join(delimiter);
  }
  // A record begins in the last line: the cell contains its beginning, and addresses of the previous record.
  if (index === 0 || !cell.includes("@")) return undefined;
  const last = [...cell.slice(lastBreak + 1).split(delimiter), ...cells.slice(index + 1)];
  const rest = [...before, ...cell.slice(0, lastBreak).split(delimiter)];
  return isWhole(last, shape) && isRecord(rest, shape, rest.length > Math.min(...columns.aliases))
    ? last.join(delimiter)
    : undefined;
}

/**
 * Returns whether a record begins in a line of a text that `cellsBehind` cells follow: the line has an address in the
 * column of aliasFor, and enough cells follow.
 */
function beginsRecord(text: string, cellsBehind: number, shape: TableShape): boolean {
  const { delimiter, columns, cellCount } = shape;
  let cellsLeft = text.split(delimiter).length + cellsBehind;
  for (const line of linesOf(text)) {
    const cells = line.split(delimiter);
    if (cellsLeft >= cellCount && parseAddress(cells[columns.aliasFor] ?? "").ok) return true;
    cellsLeft -= cells.length - 1;
  }
  return false;
}

function isWhole(cells: readonly string[], shape: TableShape): boolean {
  return isRecord(cells, shape, false) && hasAliasOrNone(cells, shape);
}

function isAddressColumn(index: number, { columns }: TableShape): boolean {
  return index === columns.aliasFor || columns.aliases.includes(index);
}

function lastBreakOf(text: string): number {
  return Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
}

/** Returns whether a cell is a list with one entry on each line, and the delimiter at the end of all but the last. */
function hasEntryOnEachLine(cell: string, delimiter: string): boolean {
  let isEnded = true;
  for (const line of linesOf(cell)) {
    // The previous line had no delimiter, although it was not the last one.
    if (!isEnded) return false;
    const place = line.indexOf(delimiter);
    const behind = line.slice(place + delimiter.length);
    if (place !== -1 && (behind.includes(delimiter) || behind.trim() !== "")) return false;
    isEnded = place !== -1;
  }
  return true;
}

/**
 * Returns whether a line's cells look like a record: as many cells as the header, or more if a list has the delimiter
 * between its entries, and an address in the column of aliasFor. With `mayBeShort`, empty cells may be missing at its
 * end.
 */
function isRecord(cells: readonly string[], shape: TableShape, mayBeShort: boolean): boolean {
  const { cellCount, columns } = shape;
  const isAddress = (index: number): boolean => parseAddress(cells[index] ?? "").ok;
  if (cells.length < cellCount) {
    const hasAlias = columns.aliases.some((index) => cells[index]?.includes("@") === true);
    return mayBeShort && hasAlias && isAddress(columns.aliasFor);
  }
  if (!mayBeShort && cells.length < cellsOf(shape)) return false;
  return isAddress(columns.aliasFor) || isAddress(columns.aliasFor + cells.length - cellCount);
}

/** Returns whether a record has an address, or an empty cell, in an alias column. */
function hasAliasOrNone(cells: readonly string[], { columns, cellCount }: TableShape): boolean {
  return columns.aliases.some((column) =>
    cells
      .slice(column, column + 1 + cells.length - cellCount)
      .some((cell) => cell.includes("@") || cell.trim() === ""),
  );
}

/** Returns the number of cells that every record of the table has. */
export function cellsOf({ cellCount, extraCells = 0 }: TableShape): number {
  return cellCount + extraCells;
}

/** Yields the lines of a text one by one, because a cell of a megabyte has a hundred thousand. */
export function* linesOf(text: string): Generator<string, void, undefined> {
  let start = 0;
  for (const { index, 0: lineBreak } of text.matchAll(LINE_BREAKS)) {
    yield text.slice(start, index);
    start = index + lineBreak.length;
  }
  yield text.slice(start);
}
