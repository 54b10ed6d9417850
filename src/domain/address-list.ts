import { unescapeFormula } from "./formula.ts";

/** One entry of a cell of addresses. */
export interface CellEntry {
  /**
   * `secondary` entries give a row each: those with `smtp:` or without a prefix, valid or not. `primary` is `SMTP:`.
   * `other` entries are not e-mail addresses, such as `x500:`.
   */
  readonly kind: "primary" | "secondary" | "other";
  /** The entry as it is in the cell, prefix included. */
  readonly text: string;
  /** The entry without its prefix. */
  readonly value: string;
  /** Invisible characters around it were removed. */
  readonly cleaned: boolean;
  /** It is not an address and has a line break in it or beside it: it may be part of an address that was cut in two. */
  readonly isFragment: boolean;
}

/** The rule by which an entry of a kind ends; see {@link isNext}. */
type Ending = "address" | "token" | "directory-name" | "text";

/**
 * The kinds of proxy addresses that Exchange and its connectors give a mailbox. An unknown prefix does not make a
 * kind, so that `stmp:ann@x.example` is rejected and not skipped.
 */
const KINDS: Readonly<Record<string, Ending>> = {
  smtp: "address",
  x400: "directory-name",
  x500: "directory-name",
  sip: "token",
  eum: "token",
  meum: "token",
  spo: "token",
  airsync: "token",
  xmpp: "token",
  mrs: "token",
  smtpx: "token",
  tel: "text",
  notes: "text",
  ms: "text",
  msmail: "text",
  ccmail: "text",
  macmail: "text",
  fax: "text",
  rfax: "text",
  gwise: "text",
  profs: "text",
  snads: "text",
  jrnl: "text",
  oct: "text",
};
const KIND = Object.keys(KINDS).join("|");
const PREFIX = new RegExp(`^(${KIND}):`, "i");
/** `%` and `|` between entries: after a domain, which can't contain them, and before an entry of a known kind. */
const ODD_SEPARATOR = new RegExp(`(?<=@[^\\s;,%|@]{1,255})[%|](?=[^\\s;,@]*@)|[%|](?=(?:${KIND}):)`, "gi");
/** Parameters such as `phone-context=`. They belong to the EUM, SIP or telephone address before their semicolon. */
const PARAMETER = /^(?:phone-context|ext|isub|user|transport)=[^@]*$/i;
/** An attribute of a directory name, such as `/cn=` or `S=`. An e-mail address does not begin with one. */
const ATTRIBUTE = /\/[a-z]{1,3}\d?=|^(?:[a-z]{1,2}\d?=|dda:)/i;
/** The rest of a name with spaces in Notes, `Lee/Corp@CORP`, or in front of a fax number, `Lee@+1`. */
const REST_OF_NAME = /\/[^@]*@[^@.]*$|@\+\d/;
/** The soft hyphen, zero-width characters and marks of writing direction. */
const INVISIBLES = "\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff";
const INVISIBLE = new RegExp(`[${INVISIBLES}]`);
/** The text between two separators, without the invisible characters around it. */
const TOKEN = new RegExp(`[^;,\\s${INVISIBLES}](?:[^;,\\s]*[^;,\\s${INVISIBLES}])?`, "g");
const HEX = /(?<![^;,\s])X'((?:[\da-f]{2})+)'(?![^;,\s])/gi;
const LINE_BREAK = /[\r\n]/;
const SEMICOLON_OR_LINE_BREAK = /[;\r\n]/;

/** Returns whether a cell begins with a known kind of proxy address, such as `smtp:` or `x500:`. */
export function beginsWithKind(cell: string): boolean {
  return PREFIX.test(cell.trimStart());
}

/**
 * Splits a cell of addresses into its entries, in order. Accepts the lists that Exchange and Active Directory export:
 * separated by `;`, `,`, spaces or line breaks, also by `%` or `|`, with or without PowerShell's braces, or a JSON
 * array. Yields the entries one by one, so that memory does not grow with the cell.
 *
 * A comma or a space separates two entries only if both can be addresses: `ann lee@x.example` stays one entry, which
 * is invalid, and does not become an alias `lee@x.example`. {@link isNext} decides where entries of other kinds end.
 * A text with an `@` after one of them is an entry of its own, valid or not, so that no address is lost.
 */
export function* parseEntries(cell: string): Generator<CellEntry, void, undefined> {
  const list = withoutHex(listOf(unescapeFormula(cell)));
  let entry: OpenEntry | undefined;
  let end = 0;
  for (const { 0: token, index } of list.matchAll(TOKEN)) {
    const prefix = PREFIX.exec(token);
    const gap = list.slice(end, index);
    if (entry === undefined || prefix !== null || isNext(entry, list.charAt(end - 1), gap, token)) {
      if (entry !== undefined) yield closed(entry, list.slice(entry.start, end), gap);
      entry = opened(index, gap, prefix);
    }
    if (token.includes("@")) entry.hasAt = true;
    else entry.isBroken = true;
    end = index + token.length;
  }
  if (entry !== undefined) yield closed(entry, list.slice(entry.start, end), list.slice(end));
}

/** An entry whose end has not been found yet. */
interface OpenEntry {
  readonly start: number;
  /** The separators before it. */
  readonly gap: string;
  ending: Ending;
  /** A part of it has no `@`, so it is not an address. */
  isBroken: boolean;
  hasAt: boolean;
  /** The text after one of its spaces is either a bare address or a part of this entry. */
  isDoubtful: boolean;
}

function opened(start: number, gap: string, prefix: RegExpExecArray | null): OpenEntry {
  const ending = (prefix === null ? undefined : KINDS[`${prefix[1]}`.toLowerCase()]) ?? "address";
  return { start, gap, ending, isBroken: false, hasAt: false, isDoubtful: false };
}

/**
 * Returns the cell with only some of the entries that give a row. `givesRow` selects the entries that give one;
 * `isKept` gets the number of such an entry, from 0. The entries stay as they are written: parsing the result gives
 * the same ones.
 */
export function filterEntries(
  cell: string,
  isKept: (ordinal: number) => boolean,
  givesRow: (entry: CellEntry) => boolean = ({ kind }) => kind === "secondary",
): string {
  const kept: string[] = [];
  let ordinal = 0;
  for (const entry of parseEntries(cell)) {
    if (!givesRow(entry)) continue;
    if (isKept(ordinal)) kept.push(entry.text);
    ordinal += 1;
  }
  const list = kept.join(";");
  if (unescapeFormula(list) !== list) return `'${list}`;
  return list.startsWith("{") ? `{${list}}` : list;
}

/** Returns the `%` or `|` that separates the entries of a cell; undefined if neither does. */
export function oddSeparator(cell: string): string | undefined {
  return cell.match(ODD_SEPARATOR)?.[0];
}

/** Returns a list without its brackets, with separators that can't be part of an address. */
function listOf(cell: string): string {
  const list = cell.trim();
  if (list.startsWith("{") && list.endsWith("}")) return list.slice(1, -1);
  if (list.startsWith("[") && list.endsWith("]")) return fromJson(list) ?? list;
  return /[%|]/.test(list) ? list.replace(ODD_SEPARATOR, ";") : list;
}

function fromJson(list: string): string | undefined {
  try {
    const entries: unknown = JSON.parse(list);
    const isTexts = Array.isArray(entries) && entries.every((entry) => typeof entry === "string");
    return isTexts ? entries.join(";") : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes `X'736d…'`, in which csvde writes the bytes of a value that is not all ASCII. */
function withoutHex(list: string): string {
  return list.replace(HEX, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"));
}

/**
 * Returns whether a token without a known prefix begins a new entry; `last` is the character before the gap. The kind
 * of the previous entry decides:
 *
 * - `token` (SIP, SPO): any separator ends it, except a semicolon before a parameter.
 * - `directory-name` (X400, X500) may contain any separator: it ends before a token with an `@`, unless the token is
 *   an attribute of the name.
 * - `text` (Notes, fax) may contain commas, spaces and parameters: it ends at any other semicolon, at a line break,
 *   and at a separator before a token with an `@`. If the token may be the end of a name
 *   (`NOTES:Ann Lee@x.example`), the entry is doubtful, and `lee@x.example` does not become an alias.
 */
function isNext(entry: OpenEntry, last: string, gap: string, token: string): boolean {
  const hasAt = token.includes("@");
  switch (entry.ending) {
    case "address":
      return isStrong(last, gap, token) || (hasAt && !entry.isBroken);
    case "token":
      return !isParameter(entry, gap, token);
    case "directory-name":
      return hasAt && !ATTRIBUTE.test(token);
    case "text":
      if (SEMICOLON_OR_LINE_BREAK.test(gap)) return !isParameter(entry, gap, token);
      if (!hasAt) return false;
      if (entry.hasAt || gap.includes(",")) return true;
      if (!REST_OF_NAME.test(token)) entry.isDoubtful = true;
      return false;
  }
}

/** Returns whether the token is a parameter, such as a dial plan's name. The entry may contain spaces from there on. */
function isParameter(entry: OpenEntry, gap: string, token: string): boolean {
  if (gap !== ";" || !PARAMETER.test(token)) return false;
  entry.ending = "text";
  return true;
}

/** Returns whether a gap always separates: an address has no semicolon, but a line break may cut one in two. */
function isStrong(last: string, gap: string, token: string): boolean {
  if (gap.includes(";")) return true;
  return LINE_BREAK.test(gap) && !/[@.]/.test(`${last}${token.charAt(0)}`);
}

function closed(entry: OpenEntry, text: string, gapBehind: string): CellEntry {
  const cleaned = INVISIBLE.test(entry.gap) || INVISIBLE.test(gapBehind);
  const prefix = entry.isDoubtful ? null : PREFIX.exec(text);
  if (prefix !== null && entry.ending !== "address") {
    return { kind: "other", text, value: text.slice(prefix[0].length), cleaned, isFragment: false };
  }
  return {
    kind: prefix?.[0] === "SMTP:" ? "primary" : "secondary",
    text,
    value: text.slice(prefix?.[0].length ?? 0),
    cleaned,
    isFragment: LINE_BREAK.test(text) || (!text.includes("@") && LINE_BREAK.test(`${entry.gap}${gapBehind}`)),
  };
}
