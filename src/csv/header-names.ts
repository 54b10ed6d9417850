import type { RecordLayout } from "../domain/row.ts";

export type Columns = RecordLayout["columns"];
export type Role = keyof Columns;

/** The form in which headers are compared: without regard to case, spaces, `_` and `-`. */
export function headerKey(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff-]/g, "");
}

/**
 * Names, as keys, that the columns have in exports of Exchange, Active Directory, Google and Mimecast, the tool's own
 * first. Left out on purpose are others that hold an address too: Exchange's WindowsEmailAddress and
 * UserPrincipalName stand beside PrimarySmtpAddress, and would make it doubtful.
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
    "smtpaddress",
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

/** Parts of names by which people call the columns, in English, German, French and Dutch: good for advice only. */
export const HINTS: Readonly<Record<Role, RegExp>> = {
  aliasFor:
    /primary|primär|primaer|haupt|principal|primair|hoofd|aliasfor|neu|nouve|nieuw|\bnew|current|aktuell|ziel/,
  alias:
    /alias|second|sekund|zweit|secund|weitere|zus[aä]tz|autre|andere|other|proxy|\bold|alt|ancien|oud|former|früher/,
};
