import { readAddress, shown } from "./address.ts";
import type { ToolCode } from "./failure.ts";
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
}

/** What a record says: a pair that can be sent, or why it gives none. */
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
      /** The two cells as found; empty where the record does not reach so far. */
      readonly aliasFor: string;
      readonly alias: string;
      readonly code: ToolCode;
      readonly message: string;
    };

/** Reads the pair out of a record. The first reason that applies makes it invalid. */
export function readRow(record: InputRecord, layout: RecordLayout): RowReading {
  const aliasFor = record.cells[layout.columns.aliasFor] ?? "";
  const alias = record.cells[layout.columns.alias] ?? "";
  const invalid = (code: ToolCode, message: string): RowReading => {
    return { kind: "invalid", aliasFor, alias, code, message };
  };

  if (record.cells.length !== layout.cellCount) return invalid("ragged_row", raggedMessage(record, layout));
  if (record.undecodable !== undefined) return invalid("undecodable", undecodableMessage(record));

  const primary = readAddress(aliasFor);
  const secondary = readAddress(alias);
  if (!primary.ok && primary.empty) return invalid("empty_cell", "the cell of aliasFor is empty");
  if (!secondary.ok && secondary.empty) return invalid("empty_cell", "the cell of alias is empty");
  if (!primary.ok) return invalid("not_an_address", `aliasFor: ${primary.reason}`);
  if (!secondary.ok) return invalid("not_an_address", `alias: ${secondary.reason}`);
  if (primary.key === secondary.key) {
    return invalid("alias_is_primary", `alias and aliasFor are the same address, ${primary.key}`);
  }
  return {
    kind: "pair",
    pair: { aliasFor: primary.address, alias: secondary.address },
    aliasForKey: primary.key,
    aliasKey: secondary.key,
    cleaned: primary.cleaned || secondary.cleaned,
  };
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
