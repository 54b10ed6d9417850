import { displayText, parseAddress } from "./address.ts";
import { type AliasCell, NO_ROWS, parseCell } from "./alias-cell.ts";
import type { ToolCode } from "./failure.ts";
import { isListHeader } from "./list-header.ts";
import type { ParsedRecord, ParsedRow } from "./parsed-record.ts";
import { hasMovedMark, quotationFault } from "./quotation.ts";

/** A record of an input file, as it was read. */
export interface InputRecord {
  /** The physical line of the file, from 1, where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The record's own text as the file has it, quotation marks and all, without the line break that ends it. */
  readonly raw: string;
  /**
   * What is wrong with the record's bytes, such as `has bytes that are no text in UTF-8`; absent where all of them
   * were decoded. A U+FFFD in the cells alone says nothing: the file may hold one.
   */
  readonly undecodable?: string;
}

/** Where a file keeps the addresses, from 0, and how many cells each of its records should have. */
export interface RecordLayout {
  readonly columns: {
    readonly aliasFor: number;
    /** The alias columns, at least one, in the order of the file. Each gives rows of its own. */
    readonly aliases: readonly number[];
  };
  readonly cellCount: number;
  /** The number of empty cells that every record has behind those, in a file whose lines end in a delimiter. */
  readonly extraCells?: number | undefined;
  readonly delimiter: string;
  readonly header?: readonly string[] | undefined;
}

/** Reads the rows out of a record. The first reason that applies makes it invalid as a whole: one row. */
export function parseRecord(record: InputRecord, layout: RecordLayout): ParsedRecord {
  const aliasFor = record.cells[layout.columns.aliasFor] ?? "";
  const invalid = (code: ToolCode, message: string): ParsedRow => {
    return { kind: "invalid", aliasFor, alias: aliasCells(record, layout), code, message };
  };

  if (record.undecodable !== undefined) return invalid("undecodable", undecodableMessage(record));
  if (record.raw.includes('"')) {
    const fault = quotationFault(record, layout);
    if (fault !== undefined) return invalid(fault.code, fault.message);
  }
  if (record.cells.length !== layout.cellCount && !lacksOnlyEmptyCells(record, layout)) {
    return invalid("ragged_row", raggedMessage(record, layout));
  }

  const primary = parseAddress(aliasFor);
  const filled = filledCells(record, layout);
  const first = filled[0];
  if (first === undefined && canBeEmpty(layout)) return NO_ROWS;
  if (!primary.ok && primary.empty) return invalid("empty_cell", "the cell of aliasFor is empty");
  if (first === undefined) return invalid("empty_cell", "the cell of alias is empty");
  if (!primary.ok) return invalid(primary.code, `aliasFor: ${primary.reason}`);
  if (filled.length === 1) return parseCell(primary, first);

  const readings = filled.map((cell) => parseCell(primary, cell));
  const wrong = readings.find((reading) => reading.kind === "invalid" && SPOILS_RECORD.has(reading.code));
  // One cell that names another primary, or was cut, puts the whole record in doubt.
  return wrong?.kind === "invalid" ? invalid(wrong.code, wrong.message) : joined(readings);
}

const SPOILS_RECORD: ReadonlySet<ToolCode> = new Set(["primary_mismatch", "broken_list"]);

/**
 * Tells whether a record differs from the header only in empty cells at its end, as Excel writes them or leaves them
 * out. It has the cells of aliasFor and of an alias, and no quotation mark that may have moved them.
 */
function lacksOnlyEmptyCells(record: InputRecord, layout: RecordLayout): boolean {
  const { cells } = record;
  const { aliasFor, aliases } = layout.columns;
  const hasAddresses = aliasFor < cells.length && aliases.some((column) => column < cells.length);
  return hasAddresses && cells.slice(layout.cellCount).every(isEmpty) && !hasMovedMark(record, layout);
}

/** Joins what several alias cells of a record give. */
function joined(readings: readonly ParsedRecord[]): ParsedRecord {
  let rowCount = 0;
  let otherCount = 0;
  let ownCount = 0;
  for (const reading of readings) {
    rowCount += reading.kind === "list" ? reading.rowCount : 1;
    otherCount += reading.kind === "list" ? reading.otherCount : 0;
    ownCount += reading.kind === "list" ? reading.ownCount : 0;
  }
  return { kind: "list", rowCount, otherCount, ownCount, rows: rowsOfAll(readings) };
}

function* rowsOfAll(readings: readonly ParsedRecord[]): Generator<ParsedRow, void, undefined> {
  for (const reading of readings) {
    if (reading.kind === "list") yield* reading.rows;
    else yield reading;
  }
}

/** The alias cells in which the record has something. */
export function filledCells(record: InputRecord, { columns, header }: RecordLayout): AliasCell[] {
  const filled: AliasCell[] = [];
  // A loop, for every record of the input: flatMap takes several times as long.
  for (const column of columns.aliases) {
    const text = record.cells[column];
    if (text !== undefined && !isEmpty(text)) filled.push({ column, text, header: header?.[column] });
  }
  return filled;
}

/** Tells whether a cell has nothing but white space and invisible characters. */
function isEmpty(cell: string): boolean {
  const first = cell.charCodeAt(0);
  // Most cells begin with a plain character; reading each of them for this would be felt in a long file.
  if (first > 0x20 && first < 0x7f) return false;
  const reading = parseAddress(cell);
  return !reading.ok && reading.empty;
}

/** Returns what the record has in its alias columns, for a row that shows all of it. */
function aliasCells(record: InputRecord, { columns }: RecordLayout): string {
  const cells = columns.aliases.map((column) => record.cells[column] ?? "");
  return cells.length === 1 ? cells.join() : cells.filter((cell) => cell !== "").join(";");
}

/** Tells whether a record may be without any alias: in a list, or in several columns that a mailbox fills as it needs. */
function canBeEmpty({ header, columns }: RecordLayout): boolean {
  return columns.aliases.length > 1 || columns.aliases.some((column) => isListHeader(header?.[column] ?? ""));
}

function raggedMessage(record: InputRecord, layout: RecordLayout): string {
  const counts = `the record has ${record.cells.length} cells, and ${layout.cellCount} were expected`;
  const breakCount = record.raw.match(/\r\n|\n|\r/g)?.length ?? 0;
  if (breakCount === 0) return counts;
  return `${counts}; it reaches to line ${record.line + breakCount}: is a quotation mark missing?`;
}

/** Shows the record from a little before the place on: what can't be decoded is U+FFFD there, or NUL. */
function undecodableMessage({ raw, undecodable }: InputRecord): string {
  const place = Math.max(0, raw.search(/[\ufffd\0]/) - CONTEXT_LENGTH);
  return `the record ${undecodable}: '${place > 0 ? "…" : ""}${displayText(raw.slice(place))}'`;
}

const CONTEXT_LENGTH = 20;

/**
 * A primary address and a secondary address that shall belong to it, named as the API names them.
 * Both are valid addresses as the input wrote them, trimmed: this is what is sent.
 */
export interface Pair {
  readonly aliasFor: string;
  readonly alias: string;
}
