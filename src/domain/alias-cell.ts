import { displayText, parseAddress } from "./address.ts";
import { type CellEntry, oddSeparator, parseEntries } from "./address-list.ts";
import { detectBrokenList } from "./broken-list.ts";
import type { ToolCode } from "./failure.ts";
import { isListHeader } from "./list-header.ts";
import type { ParsedRecord, ParsedRow } from "./parsed-record.ts";

type Address = Extract<ReturnType<typeof parseAddress>, { ok: true }>;

/** A non-empty cell of an alias column. */
export interface AliasCell {
  readonly column: number;
  readonly text: string;
  /** The header of its column; undefined in a file without a header. */
  readonly header: string | undefined;
}

/** The result for a record without rows, which is not a failure. */
export const NO_ROWS: Extract<ParsedRecord, { kind: "list" }> = {
  kind: "list",
  rowCount: 0,
  rows: [],
  otherCount: 0,
  ownCount: 0,
};

/** Parses a non-empty alias cell. */
export function parseCell(primary: Address, { column, text, header }: AliasCell): ParsedRecord {
  const invalid = (code: ToolCode, message: string): ParsedRow => {
    return { kind: "invalid", aliasFor: primary.address, alias: text, code, message };
  };
  const secondary = parseAddress(text);
  if (secondary.ok) {
    const isOwn = secondary.key === primary.key && isListHeader(header ?? "");
    return isOwn ? { ...NO_ROWS, ownCount: 1 } : toPair(primary, secondary, text);
  }
  // The leading ' hides the kind of the first entry, which may be another primary.
  if (TEXT_MARK.test(text)) return invalid("invalid_address", `alias: ${secondary.reason}`);
  const broken = detectBrokenList(text, header);
  if (broken !== undefined) return invalid(broken.code, `alias: ${broken.message}`);
  return parseList(primary, { column, text, header }, invalid);
}

/**
 * Returns a predicate for the entries of an alias cell that give a row. In a list, which is a cell with several entries
 * or in a column of lists, the primary itself does not give one.
 */
export function rowSelector(primary: Address, { text, header }: AliasCell): (entry: CellEntry) => boolean {
  const isList = isListHeader(header ?? "") || hasSeveral(text);
  return ({ kind, value }) => kind === "secondary" && !(isList && isSameAddress(value, primary));
}

/** Parses a list. Goes through it twice to keep none of it: a cell of a megabyte has a hundred thousand addresses. */
function parseList(
  primary: Address,
  cell: AliasCell,
  invalid: (code: ToolCode, message: string) => ParsedRow,
): ParsedRecord {
  let rowCount = 0;
  let ownCount = 0;
  let otherCount = 0;
  const givesRow = rowSelector(primary, cell);
  for (const entry of parseEntries(cell.text)) {
    if (entry.isFragment) return invalid("broken_list", fragmentMessage(entry.text));
    if (givesRow(entry)) rowCount += 1;
    else if (entry.kind === "secondary") ownCount += 1;
    else if (entry.kind === "other") otherCount += 1;
    else if (!isSameAddress(entry.value, primary)) {
      return invalid("primary_mismatch", otherPrimaryMessage(entry.text, primary, cell.text));
    }
  }
  const rows = rowsOf(primary, cell.text, givesRow);
  // A list with one entry is an ordinary row.
  if (rowCount === 1 && otherCount === 0 && ownCount === 0) for (const row of rows) return row;
  return { kind: "list", rowCount, otherCount, ownCount, rows };
}

function* rowsOf(
  primary: Address,
  cell: string,
  givesRow: (entry: CellEntry) => boolean,
): Generator<ParsedRow, void, undefined> {
  for (const entry of parseEntries(cell)) {
    if (!givesRow(entry)) continue;
    const reading = parseAddress(entry.value);
    if (reading.ok) {
      yield toPair(primary, { ...reading, cleaned: reading.cleaned || entry.cleaned }, entry.text);
    } else {
      const message = `alias: ${reading.empty ? `'${displayText(entry.text)}' is empty` : reading.reason}`;
      yield {
        kind: "invalid",
        aliasFor: primary.address,
        alias: entry.text,
        code: reading.empty ? "invalid_address" : reading.code,
        message,
      };
    }
  }
}

function toPair(primary: Address, secondary: Address, found: string): ParsedRow {
  const { address: aliasFor, key: primaryKey } = primary;
  if (primaryKey === secondary.key) {
    const message = `alias and aliasFor are the same address, ${primaryKey}`;
    return { kind: "invalid", aliasFor, alias: found, code: "alias_is_primary", message };
  }
  return {
    kind: "pair",
    pair: { aliasFor, alias: secondary.address },
    primaryKey,
    aliasKey: secondary.key,
    cleaned: primary.cleaned || secondary.cleaned,
  };
}

function isSameAddress(text: string, address: Address): boolean {
  const reading = parseAddress(text);
  return reading.ok && reading.key === address.key;
}

function hasSeveral(cell: string): boolean {
  const entries = parseEntries(cell);
  entries.next();
  return entries.next().done === false;
}

function fragmentMessage(text: string): string {
  return `alias: the list has '${displayText(text)}' next to a line break. That is not an address: the line break may have cut one in two. Join its parts, or remove the text that is not an address`;
}

function otherPrimaryMessage(text: string, primary: Address, cell: string): string {
  const separator = oddSeparator(cell);
  const how = separator === undefined ? "" : ` (the list was read with '${separator}' between its entries)`;
  return `the cell's primary address, '${displayText(text)}', is not aliasFor, ${primary.key}${how}`;
}

/** The `'` that marks a cell as text in a spreadsheet. It is removed only in front of a formula. */
const TEXT_MARK = /^\s*'(?![=+@\t\r-])/;
