import { readAddress, shown } from "./address.ts";
import { cellEntries } from "./address-cell.ts";
import type { ToolCode } from "./failure.ts";
import { isListHeader } from "./list-header.ts";
import { lostList } from "./lost-list.ts";
import type { Pair } from "./pair.ts";
import { quotationFault } from "./quotation.ts";

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
  readonly delimiter: string;
  readonly header?: readonly string[] | undefined;
}

/** What a row says: a pair that can be sent, or why it is none. */
export type RowReading =
  | {
      readonly kind: "pair";
      readonly pair: Pair;
      /** The addresses in the form in which they are compared. */
      readonly aliasForKey: string;
      readonly aliasKey: string;
      /** White space or invisible characters around an address were removed. */
      readonly cleaned: boolean;
    }
  | {
      readonly kind: "invalid";
      /** What was found; empty where the record does not reach so far. */
      readonly aliasFor: string;
      readonly alias: string;
      readonly code: ToolCode;
      readonly message: string;
    };

/** What a record gives: one row, several, or none. */
export type RecordReading =
  | RowReading
  | {
      readonly kind: "list";
      /** How many rows there are; none where the record has no secondary address, which is no failure. */
      readonly rowCount: number;
      /** Made one by one, in the cell's order. */
      readonly rows: Iterable<RowReading>;
      /** Addresses of other kinds, such as x500, that were passed over. */
      readonly otherCount: number;
    };

/** Reads the rows out of a record. The first reason that applies makes it invalid as a whole: one row. */
export function readRecord(record: InputRecord, layout: RecordLayout): RecordReading {
  const aliasFor = record.cells[layout.columns.aliasFor] ?? "";
  const invalid = (code: ToolCode, message: string): RowReading => {
    return { kind: "invalid", aliasFor, alias: aliasCells(record, layout), code, message };
  };

  if (record.undecodable !== undefined) return invalid("undecodable", undecodableMessage(record));
  if (record.raw.includes('"')) {
    const fault = quotationFault(record, layout);
    if (fault !== undefined) return invalid(fault.code, fault.message);
  }
  if (record.cells.length !== layout.cellCount) return invalid("ragged_row", raggedMessage(record, layout));

  const primary = readAddress(aliasFor);
  const filled = filledCells(record, layout);
  const first = filled[0];
  if (first === undefined && canBeEmpty(layout)) return NO_ROWS;
  if (!primary.ok && primary.empty) return invalid("empty_cell", "the cell of aliasFor is empty");
  if (first === undefined) return invalid("empty_cell", "the cell of alias is empty");
  if (!primary.ok) return invalid(primary.code, `aliasFor: ${primary.reason}`);
  if (filled.length === 1) return readCell(primary, first);

  const readings = filled.map((cell) => readCell(primary, cell));
  const wrong = readings.find((reading) => reading.kind === "invalid" && reading.code === "other_primary");
  // One cell that names another primary puts the whole record in doubt.
  return wrong?.kind === "invalid" ? invalid(wrong.code, wrong.message) : joined(readings);
}

type Address = Extract<ReturnType<typeof readAddress>, { ok: true }>;

/** Reads one alias cell that is not empty. */
export function readCell(primary: Address, { text, header }: AliasCell): RecordReading {
  const invalid = (code: ToolCode, message: string): RowReading => {
    return { kind: "invalid", aliasFor: primary.address, alias: text, code, message };
  };
  const secondary = readAddress(text);
  if (secondary.ok) return pairOf(primary, secondary, text);
  // The mark hides the kind of the first entry, which may be another primary.
  if (TEXT_MARK.test(text)) return invalid("not_an_address", `alias: ${secondary.reason}`);
  const lost = lostList(text, header);
  if (lost !== undefined) return invalid(lost.code, `alias: ${lost.message}`);
  return readList(primary, text, invalid);
}

/** What several alias cells of a record give together. */
function joined(readings: readonly RecordReading[]): RecordReading {
  const rowCount = readings.reduce((sum, it) => sum + (it.kind === "list" ? it.rowCount : 1), 0);
  const otherCount = readings.reduce((sum, it) => sum + (it.kind === "list" ? it.otherCount : 0), 0);
  return { kind: "list", rowCount, otherCount, rows: rowsOfAll(readings) };
}

function* rowsOfAll(readings: readonly RecordReading[]): Generator<RowReading, void, undefined> {
  for (const reading of readings) {
    if (reading.kind === "list") yield* reading.rows;
    else yield reading;
  }
}

/** A list that is read twice rather than kept: a cell of a megabyte has a hundred thousand addresses. */
function readList(
  primary: Address,
  cell: string,
  invalid: (code: ToolCode, message: string) => RowReading,
): RecordReading {
  let rowCount = 0;
  let otherCount = 0;
  for (const entry of cellEntries(cell)) {
    if (entry.kind === "secondary") rowCount += 1;
    else if (entry.kind === "other") otherCount += 1;
    else if (!isSameAddress(entry.value, primary)) {
      const found = shown(entry.text);
      return invalid(
        "other_primary",
        `the cell's primary address, '${found}', is not aliasFor, ${primary.key}`,
      );
    }
  }
  const rows = rowsOf(primary, cell);
  // A list of one is an ordinary row.
  if (rowCount === 1 && otherCount === 0) for (const row of rows) return row;
  return { kind: "list", rowCount, otherCount, rows };
}

function* rowsOf(primary: Address, cell: string): Generator<RowReading, void, undefined> {
  for (const entry of cellEntries(cell)) {
    if (entry.kind !== "secondary") continue;
    const reading = readAddress(entry.value);
    if (reading.ok) {
      yield pairOf(primary, { ...reading, cleaned: reading.cleaned || entry.cleaned }, entry.text);
    } else {
      const message = `alias: ${reading.empty ? `'${shown(entry.text)}' is empty` : reading.reason}`;
      yield {
        kind: "invalid",
        aliasFor: primary.address,
        alias: entry.text,
        code: reading.empty ? "not_an_address" : reading.code,
        message,
      };
    }
  }
}

function pairOf(primary: Address, secondary: Address, found: string): RowReading {
  const { address: aliasFor, key: aliasForKey } = primary;
  if (aliasForKey === secondary.key) {
    const message = `alias and aliasFor are the same address, ${aliasForKey}`;
    return { kind: "invalid", aliasFor, alias: found, code: "alias_is_primary", message };
  }
  return {
    kind: "pair",
    pair: { aliasFor, alias: secondary.address },
    aliasForKey,
    aliasKey: secondary.key,
    cleaned: primary.cleaned || secondary.cleaned,
  };
}

function isSameAddress(text: string, address: Address): boolean {
  const reading = readAddress(text);
  return reading.ok && reading.key === address.key;
}

/** Marks a cell as text in a spreadsheet. It is not removed, unless a formula could follow. */
const TEXT_MARK = /^\s*'(?![=+@\t\r-])/;

const NO_ROWS: RecordReading = { kind: "list", rowCount: 0, rows: [], otherCount: 0 };

/** A cell of an alias column that is not empty. */
export interface AliasCell {
  readonly column: number;
  readonly text: string;
  /** Of its column; undefined where there is none. */
  readonly header: string | undefined;
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

/** Whether a cell has nothing but white space and invisible characters. */
function isEmpty(cell: string): boolean {
  const first = cell.charCodeAt(0);
  // Most cells begin with a plain character; reading each of them for this would be felt in a long file.
  if (first > 0x20 && first < 0x7f) return false;
  const reading = readAddress(cell);
  return !reading.ok && reading.empty;
}

/** What the record has in its alias columns, for a row that shows all of it. */
function aliasCells(record: InputRecord, { columns }: RecordLayout): string {
  const cells = columns.aliases.map((column) => record.cells[column] ?? "");
  return cells.length === 1 ? cells.join() : cells.filter((cell) => cell !== "").join(";");
}

/** Whether a record may be without any alias: in a list, or in several columns that a mailbox fills as it needs. */
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
  return `the record ${undecodable}: '${place > 0 ? "…" : ""}${shown(raw.slice(place))}'`;
}

const CONTEXT_LENGTH = 20;
