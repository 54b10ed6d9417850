import { readAddress, shown } from "./address.ts";
import { cellEntries } from "./address-cell.ts";
import type { ToolCode } from "./failure.ts";
import { lostList } from "./lost-list.ts";
import type { Pair } from "./pair.ts";

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

/** Where a file keeps the two addresses, from 0, and how many cells each of its records should have. */
export interface RecordLayout {
  readonly columns: { readonly aliasFor: number; readonly alias: number };
  readonly cellCount: number;
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
  const alias = record.cells[layout.columns.alias] ?? "";
  const invalid = (code: ToolCode, message: string): RowReading => {
    return { kind: "invalid", aliasFor, alias, code, message };
  };

  if (record.cells.length !== layout.cellCount) return invalid("ragged_row", raggedMessage(record, layout));
  if (record.undecodable !== undefined) return invalid("undecodable", undecodableMessage(record));

  const primary = readAddress(aliasFor);
  const secondary = readAddress(alias);
  if (!secondary.ok && secondary.empty && isListColumn(layout)) return NO_ROWS;
  if (!primary.ok && primary.empty) return invalid("empty_cell", "the cell of aliasFor is empty");
  if (!secondary.ok && secondary.empty) return invalid("empty_cell", "the cell of alias is empty");
  if (!primary.ok) return invalid("not_an_address", `aliasFor: ${primary.reason}`);
  if (secondary.ok) return pairOf(primary, secondary, alias);

  const lost = lostList(alias, layout.header?.[layout.columns.alias]);
  if (lost !== undefined) return invalid(lost.code, `alias: ${lost.message}`);
  return readList(primary, alias, invalid);
}

type Address = Extract<ReturnType<typeof readAddress>, { ok: true }>;

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
        code: "not_an_address",
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

const NO_ROWS: RecordReading = { kind: "list", rowCount: 0, rows: [], otherCount: 0 };

/** `proxyAddresses`, `EmailAddresses`, `Aliases`: lists, and an empty one is a list that has nothing in it. */
function isListColumn({ header, columns }: RecordLayout): boolean {
  return /(?:addresses|aliases)\s*$/i.test(header?.[columns.alias] ?? "");
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
