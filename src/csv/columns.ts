import { shown } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";
import { cellAt, holdsAddresses, isAddressCell } from "./address-cells.ts";
import { at, doubtfulColumns, missingColumns, twiceInHeader } from "./column-advice.ts";
import { type Columns, headerKey, type Role, SYNONYMS } from "./header-names.ts";

/** Which columns the user says hold the two addresses: headers, or positions from 1 where there is no header. */
export interface ColumnChoice {
  readonly aliasFor?: string | undefined;
  readonly alias?: string | undefined;
}

/** The beginning of a table with a header, and where it is. */
export interface HeaderPlace {
  readonly name: string;
  readonly line: number;
  readonly delimiter: string;
}

/** What can be found of a role in a header. */
export type Found =
  | { readonly kind: "one"; readonly index: number }
  | { readonly kind: "none" }
  /** Columns of one name, or of several that can all be meant. */
  | { readonly kind: "several"; readonly indexes: readonly number[] };

/**
 * Finds the two columns by the header's names and by what the columns hold in the first records. Throws RunError
 * "input" where that is not possible.
 */
export function columnsByHeader(
  header: readonly string[],
  records: readonly (readonly string[])[],
  choice: ColumnChoice,
  place: HeaderPlace,
): Columns {
  const found = {
    aliasFor: columnOf("aliasFor", header, records, choice),
    alias: columnOf("alias", header, records, choice),
  };
  const roles: readonly Role[] = ["aliasFor", "alias"];
  for (const role of roles) {
    const one = found[role];
    if (one.kind !== "several") continue;
    const keys = new Set(one.indexes.map((index) => headerKey(cellAt(header, index))));
    if (keys.size === 1) throw twiceInHeader(one.indexes, header, place);
  }
  const { aliasFor, alias } = found;
  if (aliasFor.kind === "none" || alias.kind === "none") {
    throw missingColumns(found, header, records, choice, place);
  }
  if (aliasFor.kind === "several" || alias.kind === "several") {
    throw doubtfulColumns(found, header, records, place);
  }
  if (aliasFor.index === alias.index) throw sameColumn(place);
  return { aliasFor: aliasFor.index, alias: alias.index };
}

/** Finds the two columns by position, from 1, in a file without a header; by default the first two. */
export function columnsByPosition(cellCount: number, choice: ColumnChoice, place: HeaderPlace): Columns {
  const position = (role: Role, text: string): number => {
    if (!/^[1-9]\d{0,5}$/.test(text)) {
      throw new RunError(
        "usage",
        `--columns ${role}=${shown(text)}: with --no-header, give the column's position, from 1`,
      );
    }
    if (Number(text) > cellCount) {
      throw new RunError(
        "input",
        `${at(place)}: ${role} should be in column ${text}, and the record has ${cellCount} ${
          cellCount === 1 ? "cell" : "cells"
        }. Name the columns with --columns aliasFor=POSITION,alias=POSITION, or the delimiter with --delimiter`,
      );
    }
    return Number(text) - 1;
  };
  const columns = {
    aliasFor: position("aliasFor", choice.aliasFor ?? "1"),
    alias: position("alias", choice.alias ?? "2"),
  };
  if (columns.aliasFor === columns.alias) throw sameColumn(place);
  return columns;
}

/**
 * How well a table's beginning makes sense: the columns that its header names, then cells with an address, then
 * records as long as the first. To be compared item by item; empty where there are no columns at all.
 */
export function meritOf(
  sample: readonly (readonly string[])[],
  choice: ColumnChoice,
  noHeader: boolean,
): readonly number[] {
  const [first = []] = sample;
  if (first.length < 2) return [];
  const even = sample.filter((record) => record.length === first.length);
  const roles: readonly Role[] = noHeader ? [] : ["aliasFor", "alias"];
  return [
    roles.filter((role) => first.some((name) => isNameOf(role, name, choice))).length,
    even.reduce((sum, record) => sum + record.filter(isAddressCell).length, 0),
    even.length,
    first.length,
  ];
}

function isNameOf(role: Role, name: string, choice: ColumnChoice): boolean {
  const wanted = choice[role];
  const key = headerKey(name);
  return wanted === undefined ? SYNONYMS[role].has(key) : key === headerKey(wanted);
}

/**
 * A file that has the tool's own `aliasFor` was made for it, and its `alias` is what it says. In all others a column
 * that holds no addresses is none, whatever its name: Exchange's own Alias is a nickname.
 */
function columnOf(
  role: Role,
  header: readonly string[],
  records: readonly (readonly string[])[],
  choice: ColumnChoice,
): Found {
  const ours = header.some((name) => headerKey(name) === headerKey("aliasFor"));
  const named = indexesOf(header, (name) => headerKey(name) === headerKey(choice[role] ?? role));
  if (choice[role] !== undefined || (ours && named.length > 0)) return foundOf(named);
  const other = role === "alias" ? choice.aliasFor : choice.alias;
  const candidates = indexesOf(header, (name) => {
    return isNameOf(role, name, choice) && (other === undefined || headerKey(name) !== headerKey(other));
  });
  const even = records.filter((record) => record.length === header.length);
  const holding = candidates.filter((index) => even.some((record) => holdsAddresses(cellAt(record, index))));
  if (holding.length > 0) return foundOf(holding);
  // Nothing speaks against a column that is empty so far.
  const empty = candidates.filter((index) => even.every((record) => cellAt(record, index).trim() === ""));
  return foundOf(even.length === 0 ? empty.slice(0, 1) : empty);
}

function indexesOf(header: readonly string[], isMeant: (name: string) => boolean): number[] {
  return header.flatMap((name, index) => (isMeant(name) ? [index] : []));
}

function foundOf(indexes: readonly number[]): Found {
  const [index] = indexes;
  if (index === undefined) return { kind: "none" };
  return indexes.length === 1 ? { kind: "one", index } : { kind: "several", indexes };
}

function sameColumn(place: HeaderPlace): RunError {
  return new RunError("usage", `${place.name}: --columns names one column for both addresses; name two`);
}
