import { parseAddress } from "../domain/address.ts";
import { beginsWithKind } from "../domain/address-list.ts";
import { withoutNumber } from "../domain/list-header.ts";
import type { RecordLayout } from "../domain/row.ts";

export type Columns = RecordLayout["columns"];
/** One of the two addresses that a column can hold. */
export type Role = "aliasFor" | "alias";

/** The user's choice of columns: their headers, or positions from 1 in a file without a header. */
export interface ColumnChoice {
  readonly aliasFor?: string | undefined;
  /** At least one if given. A name selects all columns that have it. */
  readonly aliases?: readonly string[] | undefined;
}

/** The place of a table's header. */
export interface HeaderLocation {
  readonly name: string;
  readonly line: number;
  readonly delimiter: string;
}

/** The columns of a header that match a role. */
export type ColumnMatch =
  /** A single column, or the columns of one family of alias columns. */
  | { readonly kind: "one"; readonly indexes: readonly number[] }
  | { readonly kind: "none" }
  /** Several columns or families, each of which matches. */
  | { readonly kind: "several"; readonly families: readonly (readonly number[])[] };

/** The columns that match each role. */
export type FoundColumns = { readonly [role in Role]: ColumnMatch };

/** Returns the form in which headers are compared: without case, spaces, `_` and `-`. */
export function headerKey(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff-]/g, "");
}

/** Returns the key by which alias columns are grouped: those whose headers differ in a trailing number are one family. */
export function familyKey(name: string): string {
  return headerKey(withoutNumber(name));
}

/** Groups columns into families, in the order of the file. */
export function familiesOf(indexes: readonly number[], header: readonly string[]): number[][] {
  const families = new Map<string, number[]>();
  for (const index of indexes) {
    const key = familyKey(header[index] ?? "");
    families.set(key, [...(families.get(key) ?? []), index]);
  }
  return [...families.values()];
}

/** Returns the names that `--columns` gives for a role; undefined if it gives none. */
export function chosenNames(role: Role, choice: ColumnChoice): readonly string[] | undefined {
  if (role === "alias") return choice.aliases;
  return choice.aliasFor === undefined ? undefined : [choice.aliasFor];
}

/**
 * The keys of the columns' names in exports of Exchange, Active Directory, Google and Mimecast, this tool's own first.
 * Some names of address columns are omitted on purpose: Exchange's WindowsEmailAddress and UserPrincipalName occur next
 * to PrimarySmtpAddress and would make it ambiguous; SmtpAddress is the primary in some tables and the alias in others.
 */
export const SYNONYMS: Readonly<Record<Role, ReadonlySet<string>>> = {
  aliasFor: new Set([
    "aliasfor",
    "primary",
    "primaryaddress",
    "primarysmtpaddress",
    "primarysmtp",
    "primaryemail",
    "primaryemailaddress",
    "primarymail",
    "mail",
    "email",
    "emailaddress",
    "mailaddress",
  ]),
  alias: new Set([
    "alias",
    "aliases",
    "aliasaddress",
    "aliasemail",
    "aliasemailaddress",
    "secondary",
    "secondaryaddress",
    "secondaryaddresses",
    "secondaryproxyaddresses",
    "secondarysmtpaddress",
    "secondaryemail",
    "secondaryemailaddress",
    "secondarymail",
    "proxyaddress",
    "proxyaddresses",
    "emailaddresses",
    "smtpaddresses",
    "otheremail",
    "otheremails",
    "othermailbox",
  ]),
};

/** Returns whether a header names a role: one of the names in `--columns` or, without them, one of the known names. */
export function isNameOf(role: Role, name: string, choice: ColumnChoice): boolean {
  const wanted = chosenNames(role, choice);
  if (wanted !== undefined) return wanted.some((it) => headerKey(it) === headerKey(name));
  return SYNONYMS[role].has(role === "alias" ? familyKey(name) : headerKey(name));
}

/** Counts the roles that the cells of a record name: 0, 1 or 2. */
export function namedRoleCount(cells: readonly string[], choice: ColumnChoice): number {
  const roles: readonly Role[] = ["aliasFor", "alias"];
  return roles.filter((role) => cells.some((name) => isNameOf(role, name, choice))).length;
}

/** An address inside other text: in a list, in angle brackets, after `mailto:`. */
const WITHIN = /[^\s@;,:<>"]@[^\s@;,:<>"]+\.[^\s@;,:<>"]/;
/** The type name that Export-Csv writes for a collection that was not joined. The column should hold addresses. */
const NET_TYPE = /^(?:Microsoft|System|Deserialized)\.[\w.]+(?:`\d+)?(?:\[.*\])?$/;

/** Returns whether a cell holds only an address, or a list of addresses as Exchange and Active Directory write it. */
export function isAddressCell(cell: string): boolean {
  return beginsWithKind(cell) || parseAddress(cell).ok;
}

/** Returns whether a cell contains addresses in any form, including forms that can't be used as they are. */
export function holdsAddresses(cell: string): boolean {
  return WITHIN.test(cell) || beginsWithKind(cell) || NET_TYPE.test(cell);
}

/** Returns the cell of a column, or an empty one if the record is too short. */
export function cellAt(record: readonly string[], column: number): string {
  return record[column] ?? "";
}
