import { parseAddress } from "../domain/address.ts";
import { beginsWithKind } from "../domain/address-list.ts";
import { withoutNumber } from "../domain/list-header.ts";
import type { RecordLayout } from "../domain/row.ts";

export type Columns = RecordLayout["columns"];
/** Which of the two addresses a column holds. */
export type Role = "aliasFor" | "alias";

/** Which columns the user says hold the addresses: headers, or positions from 1 where there is no header. */
export interface ColumnChoice {
  readonly aliasFor?: string | undefined;
  /** At least one where it is given. A name means all columns that have it. */
  readonly aliases?: readonly string[] | undefined;
}

/** The beginning of a table with a header, and where it is. */
export interface HeaderLocation {
  readonly name: string;
  readonly line: number;
  readonly delimiter: string;
}

/** What can be found of a role in a header. */
export type ColumnMatch =
  /** A single column, or the columns of one family of alias columns. */
  | { readonly kind: "one"; readonly indexes: readonly number[] }
  | { readonly kind: "none" }
  /** Columns or families of which each can be meant. */
  | { readonly kind: "several"; readonly families: readonly (readonly number[])[] };

/** What is found of both roles. */
export type FoundColumns = { readonly [role in Role]: ColumnMatch };

/** The form in which headers are compared: without regard to case, spaces, `_` and `-`. */
export function headerKey(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff-]/g, "");
}

/** The form in which alias columns are grouped: those whose headers differ in a trailing number are one family. */
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

/** The names that `--columns` gives for a role; undefined where it gives none. */
export function chosenNames(role: Role, choice: ColumnChoice): readonly string[] | undefined {
  if (role === "alias") return choice.aliases;
  return choice.aliasFor === undefined ? undefined : [choice.aliasFor];
}

/**
 * Names, as keys, that the columns have in exports of Exchange, Active Directory, Google and Mimecast, the tool's own
 * first. Left out on purpose are others that hold an address too: Exchange's WindowsEmailAddress and
 * UserPrincipalName stand beside PrimarySmtpAddress, and would make it doubtful; SmtpAddress is the primary in some
 * tables and the alias in others.
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

/** Tells whether a header names a role: by what `--columns` says of the role, else by the names that are known. */
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

/** `ann@x.example` with whatever around it: in a list, in angle brackets, behind `mailto:`. */
const WITHIN = /[^\s@;,:<>"]@[^\s@;,:<>"]+\.[^\s@;,:<>"]/;
/** What Export-Csv writes for a collection that nobody joined: meant to be addresses. */
const NET_TYPE = /^(?:Microsoft|System|Deserialized)\.[\w.]+(?:`\d+)?(?:\[.*\])?$/;

/** Whether a cell holds nothing but one address, or a list of them as Exchange and Active Directory write it. */
export function isAddressCell(cell: string): boolean {
  return beginsWithKind(cell) || parseAddress(cell).ok;
}

/** Whether a cell has to do with addresses at all: also where it can't be used as it is. */
export function holdsAddresses(cell: string): boolean {
  return WITHIN.test(cell) || beginsWithKind(cell) || NET_TYPE.test(cell);
}

/** The cell in a column; an empty one where the record is too short to have it. */
export function cellAt(record: readonly string[], column: number): string {
  return record[column] ?? "";
}
