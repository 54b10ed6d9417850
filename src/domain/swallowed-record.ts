import { parseAddress } from "./address.ts";

/** The part of a table's layout that tells a record from other text. */
export interface TableShape {
  readonly delimiter: string;
  readonly columns: { readonly aliasFor: number; readonly aliases: readonly number[] };
  /** The number of the header's cells. */
  readonly cellCount: number;
  /** The number of empty cells that every record has behind those of the header. */
  readonly extraCells?: number | undefined;
}

export const LINE_BREAK = /[\r\n]/;
export const LINE_BREAKS = /\r\n|\n|\r/g;

/** Returns a line that is a record of its own, though the record goes on before or behind it. */
export function swallowedLine(cells: readonly string[], shape: TableShape): string | undefined {
  const { delimiter } = shape;
  let first: readonly string[] | undefined;
  let last: readonly string[] = [];
  for (const [index, cell] of cells.entries()) {
    if (!LINE_BREAK.test(cell)) continue;
    const behind = cells.slice(index + 1);
    first ??= [...cells.slice(0, index), ...cell.slice(0, cell.search(LINE_BREAK)).split(delimiter)];
    last = behind.length === 0 ? [] : [...cell.slice(lastBreakOf(cell) + 1).split(delimiter), ...behind];
    // A mark that moved to another one is a doubled one, and no address has it. Lists in JSON do.
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
  // A closing mark that moved to the same column of the next record leaves no whole record inside the cell, but two
  // lines of the text that are whole.
  const mayBeShort = cells.length !== cellsOf(shape);
  const isBoth =
    first !== undefined && isRecord(first, shape, mayBeShort) && isRecord(last, shape, mayBeShort);
  return isBoth ? last.join(delimiter) : undefined;
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
  const lastBreak = lastBreakOf(cell);
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
  const isAddress = (index: number): boolean => parseAddress(cells[index] ?? "").ok;
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

export function cellsOf({ cellCount, extraCells = 0 }: TableShape): number {
  return cellCount + extraCells;
}

/** The lines of a text, one by one: a cell of a megabyte has a hundred thousand. */
export function* linesOf(text: string): Generator<string, void, undefined> {
  let start = 0;
  for (const { index, 0: lineBreak } of text.matchAll(LINE_BREAKS)) {
    yield text.slice(start, index);
    start = index + lineBreak.length;
  }
  yield text.slice(start);
}
