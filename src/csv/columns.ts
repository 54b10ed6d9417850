import { displayText } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";
import { ambiguousColumns, at, duplicateHeader, missingColumns } from "./column-errors.ts";
import {
  type ColumnChoice,
  type ColumnMatch,
  type Columns,
  cellAt,
  chosenNames,
  familiesOf,
  familyKey,
  type HeaderLocation,
  headerKey,
  holdsAddresses,
  isAddressCell,
  isNameOf,
  namedRoleCount,
  type Role,
  SYNONYMS,
} from "./column-roles.ts";
import { findHeader, firstFilled } from "./find-header.ts";

/**
 * Finds the columns of the two addresses by the header's names and by the contents of the first records. Alias columns
 * whose headers are equal or differ in a trailing number are one family, whose columns are all read. Throws RunError
 * "input" if there is not exactly one choice.
 */
export function columnsByHeader(
  header: readonly string[],
  records: readonly (readonly string[])[],
  choice: ColumnChoice,
  place: HeaderLocation,
): Columns {
  const found = {
    aliasFor: columnOf("aliasFor", header, records, choice),
    alias: columnOf("alias", header, records, choice),
  };
  const { aliasFor, alias } = found;
  if (aliasFor.kind === "several") {
    const indexes = aliasFor.families.flat();
    const keys = new Set(indexes.map((index) => headerKey(cellAt(header, index))));
    if (keys.size === 1) throw duplicateHeader(indexes, header, place);
  }
  if (aliasFor.kind === "none" || alias.kind === "none") {
    throw missingColumns(found, header, records, choice, place);
  }
  if (aliasFor.kind === "several" || alias.kind === "several") {
    throw ambiguousColumns(found, header, records, choice, place);
  }
  return checkedColumns(aliasFor.indexes, alias.indexes, place);
}

/** Returns the columns at the chosen positions, from 1, of a file without a header; by default the first two. */
export function columnsByPosition(cellCount: number, choice: ColumnChoice, place: HeaderLocation): Columns {
  const position = (role: Role, text: string): number => {
    if (!/^[1-9]\d{0,5}$/.test(text)) {
      throw new RunError(
        "usage",
        `--columns ${role}=${displayText(text)}: with --no-header, give the column's position, from 1`,
      );
    }
    if (Number(text) > cellCount) {
      throw new RunError(
        "input",
        `${at(place)}: ${role} should be in column ${text}, but the record has ${cellCount} ${
          cellCount === 1 ? "cell" : "cells"
        }. Name the columns with --columns aliasFor=POSITION,alias=POSITION, or the delimiter with --delimiter`,
      );
    }
    return Number(text) - 1;
  };
  const aliases = (choice.aliases ?? ["2"]).map((text) => position("alias", text));
  return checkedColumns([position("aliasFor", choice.aliasFor ?? "1")], aliases, place);
}

/** Returns the other columns that hold addresses in the first records. They are reported, but not read. */
export function unreadColumns(
  cellCount: number,
  records: readonly (readonly string[])[],
  { aliasFor, aliases }: Columns,
): number[] {
  const even = records.filter((record) => record.length === cellCount);
  return Array.from({ length: cellCount }, (_, index) => index).filter((index) => {
    if (index === aliasFor || aliases.includes(index)) return false;
    return even.some((record) => holdsAddresses(cellAt(record, index)));
  });
}

/**
 * Scores how plausible the beginning of a table is: the number of roles that its header names, of cells with an
 * address, of records as long as the header, and of columns. Compare scores item by item. Empty if there are no columns.
 */
export function scoreSample(
  sample: readonly (readonly string[])[],
  choice: ColumnChoice,
  noHeader: boolean,
): readonly number[] {
  const start = noHeader ? 0 : (findHeader(sample, choice) ?? firstFilled(sample));
  const [first = [], ...records] = sample.slice(start);
  if (first.length < 2) return [];
  const even = [first, ...records].filter((record) => record.length === first.length);
  return [
    noHeader ? 0 : namedRoleCount(first, choice),
    even.reduce((sum, record) => sum + record.filter(isAddressCell).length, 0),
    even.length,
    first.length,
  ];
}

/**
 * Finds the columns of a role. A file with an `aliasFor` header was made for this tool, so its `alias` column is trusted.
 * In any other file a candidate column must contain addresses: Exchange's own Alias is a nickname.
 */
function columnOf(
  role: Role,
  header: readonly string[],
  records: readonly (readonly string[])[],
  choice: ColumnChoice,
): ColumnMatch {
  const wanted = chosenNames(role, choice);
  if (wanted !== undefined) {
    const keys = new Set(header.map(headerKey));
    if (!wanted.every((name) => keys.has(headerKey(name)))) return { kind: "none" };
    const named = indexesOf(header, (name) => isNameOf(role, name, choice));
    return matchColumns(role === "alias" ? [named] : named.map((index) => [index]));
  }
  if (header.some((name) => headerKey(name) === "aliasfor")) {
    const own = candidatesOf(role, header, (key) => key === role.toLowerCase());
    if (own.length > 0) return matchColumns(own);
  }
  const other = chosenNames(role === "alias" ? "aliasFor" : "alias", choice) ?? [];
  const taken = new Set(other.map(headerKey));
  const even = records.filter((record) => record.length === header.length);
  const candidates = candidatesOf(role, header, (key) => SYNONYMS[role].has(key), taken)
    .map((family) => family.filter((index) => !holdsCounts(even, index)))
    .filter((family) => family.length > 0);
  const holding = candidates.filter((family) =>
    family.some((index) => even.some((record) => holdsAddresses(cellAt(record, index)))),
  );
  if (holding.length > 0) return matchColumns(holding);
  // Columns that are empty so far can still be meant.
  const empty = candidates.filter((family) =>
    family.every((index) => even.every((record) => cellAt(record, index).trim() === "")),
  );
  return matchColumns(even.length === 0 ? empty.slice(0, 1) : empty);
}

/** Returns the columns whose key matches, without those taken: alias columns by family, aliasFor columns singly. */
function candidatesOf(
  role: Role,
  header: readonly string[],
  isMeant: (key: string) => boolean,
  taken: ReadonlySet<string> = new Set(),
): number[][] {
  const keyOf = role === "alias" ? familyKey : headerKey;
  const indexes = indexesOf(header, (name) => isMeant(keyOf(name)) && !taken.has(headerKey(name)));
  return role === "aliasFor" ? indexes.map((index) => [index]) : familiesOf(indexes, header);
}

/** Returns whether a column holds only numbers, such as the count of the columns `aliases.0`, `aliases.1` in use. */
function holdsCounts(records: readonly (readonly string[])[], index: number): boolean {
  const cells = records.map((record) => cellAt(record, index).trim()).filter((cell) => cell !== "");
  return cells.length > 0 && cells.every((cell) => /^\d+$/.test(cell));
}

function indexesOf(header: readonly string[], isMeant: (name: string) => boolean): number[] {
  return header.flatMap((name, index) => (isMeant(name) ? [index] : []));
}

function matchColumns(families: readonly (readonly number[])[]): ColumnMatch {
  const [indexes] = families;
  if (indexes === undefined) return { kind: "none" };
  return families.length === 1 ? { kind: "one", indexes } : { kind: "several", families };
}

function checkedColumns(
  [aliasFor = -1]: readonly number[],
  aliases: readonly number[],
  place: HeaderLocation,
): Columns {
  if (aliases.includes(aliasFor)) throw sameColumn(place);
  return { aliasFor, aliases: [...new Set(aliases)].sort((a, b) => a - b) };
}

function sameColumn(place: HeaderLocation): RunError {
  return new RunError("usage", `${place.name}: --columns names one column for both addresses; name two`);
}
