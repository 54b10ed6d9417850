import { displayText, parseAddress } from "./address.ts";
import { type AliasCell, NO_ROWS, parseCell } from "./alias-cell.ts";
import type { ToolCode } from "./failure.ts";
import { pluralize } from "./format.ts";
import { isListHeader } from "./list-header.ts";
import type { ParsedRecord, ParsedRow } from "./parsed-record.ts";
import { hasMovedMark, quotationFault } from "./quotation.ts";

/** A record of an input file, as the parser returns it. */
export interface InputRecord {
  /** The physical line of the file, from 1, where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The record's text as it is in the file, with its quotation marks, without the line break that ends it. */
  readonly raw: string;
  /**
   * The reason why the record can't be decoded, such as `has bytes that are not text in UTF-8`; absent if all of it
   * could be. A U+FFFD in the cells is no evidence: the file itself may contain one.
   */
  readonly undecodable?: string;
}

/** The columns of a file that hold the addresses, counted from 0, and the number of cells that a record should have. */
export interface RecordLayout {
  readonly columns: {
    readonly aliasFor: number;
    /** The alias columns, at least one, in the order of the file. Each can give rows. */
    readonly aliases: readonly number[];
  };
  readonly cellCount: number;
  /** The number of empty cells that every record has after those of the header, because its line ends in delimiters. */
  readonly extraCells?: number | undefined;
  readonly delimiter: string;
  readonly header?: readonly string[] | undefined;
}

/** Parses the rows of a record. The first reason that applies makes the whole record invalid: it gives one row. */
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
  // If one cell names another primary or was cut, no cell of the record can be trusted.
  return wrong?.kind === "invalid" ? invalid(wrong.code, wrong.message) : joined(readings);
}

const SPOILS_RECORD: ReadonlySet<ToolCode> = new Set(["primary_mismatch", "broken_list"]);

/**
 * Returns whether a record differs from the header only in empty cells at its end, which Excel adds or omits. It must
 * have the cells of aliasFor and of an alias, and no quotation mark that may have moved them.
 */
function lacksOnlyEmptyCells(record: InputRecord, layout: RecordLayout): boolean {
  const { cells } = record;
  const { aliasFor, aliases } = layout.columns;
  const hasAddresses = aliasFor < cells.length && aliases.some((column) => column < cells.length);
  return hasAddresses && cells.slice(layout.cellCount).every(isEmpty) && !hasMovedMark(record, layout);
}

/** Joins the rows of several alias cells of a record. */
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

/** Returns the non-empty alias cells of a record. */
export function filledCells(record: InputRecord, { columns, header }: RecordLayout): AliasCell[] {
  const filled: AliasCell[] = [];
  // A loop, because this runs for every record: flatMap takes several times as long.
  for (const column of columns.aliases) {
    const text = record.cells[column];
    if (text !== undefined && !isEmpty(text)) filled.push({ column, text, header: header?.[column] });
  }
  return filled;
}

/** Returns whether a cell has only white space and invisible characters. */
function isEmpty(cell: string): boolean {
  const first = cell.charCodeAt(0);
  // Most cells begin with a plain character. Parsing each of them here would slow down a long file.
  if (first > 0x20 && first < 0x7f) return false;
  const reading = parseAddress(cell);
  return !reading.ok && reading.empty;
}

/** Returns the text of all alias cells of a record, for a row that stands for the whole record. */
function aliasCells(record: InputRecord, { columns }: RecordLayout): string {
  const cells = columns.aliases.map((column) => record.cells[column] ?? "");
  return cells.length === 1 ? cells.join() : cells.filter((cell) => cell !== "").join(";");
}

/** Returns whether a record may have no alias: its column is a list, or several columns are filled as needed. */
function canBeEmpty({ header, columns }: RecordLayout): boolean {
  return columns.aliases.length > 1 || columns.aliases.some((column) => isListHeader(header?.[column] ?? ""));
}

function raggedMessage(record: InputRecord, layout: RecordLayout): string {
  const counts = `the record has ${pluralize(record.cells.length, "cell")}; expected ${layout.cellCount}`;
  const breakCount = record.raw.match(/\r\n|\n|\r/g)?.length ?? 0;
  if (breakCount === 0) return counts;
  return `${counts}. It ends in line ${record.line + breakCount}: look for a missing quotation mark`;
}

/** Shows the record from a little before the first byte that can't be decoded, which is U+FFFD or NUL there. */
function undecodableMessage({ raw, undecodable }: InputRecord): string {
  const place = Math.max(0, raw.search(/[\ufffd\0]/) - CONTEXT_LENGTH);
  return `the record ${undecodable}: '${place > 0 ? "…" : ""}${displayText(raw.slice(place))}'`;
}

const CONTEXT_LENGTH = 20;
