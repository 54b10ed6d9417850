import { unescapeFormula } from "./formula.ts";

/** One entry of a cell of addresses. */
export interface CellEntry {
  /**
   * `secondary` entries are those that give a row: `smtp:` and bare addresses, also where they are no addresses.
   * `primary` is `SMTP:`; `other` are the kinds that are no e-mail addresses, such as `x500:`.
   */
  readonly kind: "primary" | "secondary" | "other";
  /** The entry as the cell has it, its prefix among it. */
  readonly text: string;
  /** What is behind the prefix. */
  readonly value: string;
  /** Invisible characters around it were removed. */
  readonly cleaned: boolean;
  /** A line break is in it or beside it, and it is not an address: it may be a part of one that was cut in two. */
  readonly isFragment: boolean;
}

/** Determines where an entry of a kind ends; see {@link isNext}. */
type Ending = "address" | "token" | "directory-name" | "text";

/**
 * The kinds of proxy addresses that Exchange and its connectors give a mailbox. An unknown prefix is not one of
 * them, so that `stmp:ann@x.example` is refused and not skipped.
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
/** `%` and `|` between entries: behind a domain, which has neither, and in front of an entry of a known kind. */
const ODD_SEPARATOR = new RegExp(`(?<=@[^\\s;,%|@]{1,255})[%|](?=[^\\s;,@]*@)|[%|](?=(?:${KIND}):)`, "gi");
/** `phone-context=` and its like belong to the EUM, SIP or telephone address in front of their semicolon. */
const PARAMETER = /^(?:phone-context|ext|isub|user|transport)=[^@]*$/i;
/** An attribute of a directory name, such as `/cn=` or `S=`. An e-mail address does not begin with one. */
const ATTRIBUTE = /\/[a-z]{1,3}\d?=|^(?:[a-z]{1,2}\d?=|dda:)/i;
/** The rest of a name with spaces in Notes, `Lee/Corp@CORP`, or in front of a fax number, `Lee@+1`. */
const REST_OF_NAME = /\/[^@]*@[^@.]*$|@\+\d/;
/** The soft hyphen, zero-width characters and marks of writing direction. */
const INVISIBLES = "\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff";
const INVISIBLE = new RegExp(`[${INVISIBLES}]`);
/** What stands between separators, without the invisible characters around it. */
const TOKEN = new RegExp(`[^;,\\s${INVISIBLES}](?:[^;,\\s]*[^;,\\s${INVISIBLES}])?`, "g");
const HEX = /(?<![^;,\s])X'((?:[\da-f]{2})+)'(?![^;,\s])/gi;
const LINE_BREAK = /[\r\n]/;
const SEMICOLON_OR_LINE_BREAK = /[;\r\n]/;

/** Returns whether a cell begins with a known kind of proxy address, such as `smtp:` or `x500:`. */
export function beginsWithKind(cell: string): boolean {
  return PREFIX.test(cell.trimStart());
}

/**
 * Takes a cell of addresses apart, in its order, as Exchange and Active Directory export them: separated by `;`,
 * `,`, spaces or line breaks, also by `%` or `|`, with or without PowerShell's braces around them, or as an array in
 * JSON. Made one by one, so that a cell of any length costs no memory.
 *
 * A comma or a space separates only what can stand for itself: `ann lee@x.example` stays one entry, which is
 * wrong, and does not become an alias `lee@x.example`. Entries of other kinds end where {@link isNext} says;
 * whatever follows them with an `@` is an entry of its own, valid or not, so that no address is lost.
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

/** An entry whose end is not found yet. */
interface OpenEntry {
  readonly start: number;
  /** What stood before it. */
  readonly gap: string;
  ending: Ending;
  /** A part of it has no `@`, so it is not an address. */
  isBroken: boolean;
  hasAt: boolean;
  /** It may hold a bare address behind a space, or that may be its own part. */
  isDoubtful: boolean;
}

function opened(start: number, gap: string, prefix: RegExpExecArray | null): OpenEntry {
  const ending = (prefix === null ? undefined : KINDS[`${prefix[1]}`.toLowerCase()]) ?? "address";
  return { start, gap, ending, isBroken: false, hasAt: false, isDoubtful: false };
}

/**
 * The cell with only those of its rows' entries that `isKept` says, counted from 0 among the entries that give a
 * row, which are those that `givesRow` says. They keep the form that they had; taken apart again, they are the same.
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

/** Returns the `%` or `|` that separates the entries of a cell; undefined where neither does. */
export function oddSeparator(cell: string): string | undefined {
  return cell.match(ODD_SEPARATOR)?.[0];
}

/** Returns a list with separators that are in no address, without what is around it. */
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

/** csvde writes a value that is not all ASCII as `X'736d…'`, its bytes in hexadecimal. */
function withoutHex(list: string): string {
  return list.replace(HEX, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"));
}

/**
 * Returns whether a token without a known kind in front begins an entry of its own; `last` is the character before
 * the gap. By the kind of the entry before it:
 *
 * - `token` (SIP, SPO): any separator ends it, except a semicolon in front of a parameter.
 * - `directory-name` (X400, X500) may hold any separator: it ends in front of a token with an `@`, unless that is
 *   an attribute of the name.
 * - `text` (Notes, fax) may hold commas, spaces and parameters: any other semicolon ends it, a line break, and a
 *   separator in front of a token with an `@`. Where that may be the end of a name (`NOTES:Ann Lee@x.example`) the whole is
 *   doubtful, and `lee@x.example` does not become an alias.
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

/** A parameter, such as a dial plan's name, may hold spaces, whatever is in front of it. */
function isParameter(entry: OpenEntry, gap: string, token: string): boolean {
  if (gap !== ";" || !PARAMETER.test(token)) return false;
  entry.ending = "text";
  return true;
}

/** A semicolon is in no address; a line break can be, where someone broke one in two. */
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
