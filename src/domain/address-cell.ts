import { readAddress } from "./address.ts";

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
}

/**
 * The kinds of proxy addresses that Exchange and its connectors give a mailbox. An unknown prefix is none of
 * them, so that `stmp:ann@x.example` is refused and not passed over.
 */
const PREFIX =
  /^(smtp|x400|x500|sip|eum|meum|spo|notes|ms|msmail|ccmail|macmail|fax|rfax|gwise|profs|snads|airsync|xmpp|tel|jrnl|mrs|oct|smtpx):/i;
/** The soft hyphen, zero-width characters and marks of writing direction. */
const INVISIBLES = "\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff";
const INVISIBLE = new RegExp(`[${INVISIBLES}]`);
/** What stands between separators, without the invisible characters around it. */
const TOKEN = new RegExp(`[^;,\\s${INVISIBLES}](?:[^;,\\s]*[^;,\\s${INVISIBLES}])?`, "g");
const HEX = /(?<![^;,\s])X'((?:[\da-f]{2})+)'(?![^;,\s])/gi;
const LINE_BREAK = /[\r\n]/;
const SEPARATOR_BUT_SPACE = /[;,\r\n]/;

/**
 * Takes a cell of addresses apart, in its order, as Exchange and Active Directory export them: separated by `;`,
 * `,`, spaces or line breaks, with or without PowerShell's braces around them. Made one by one, so that a cell
 * of any length costs no memory.
 *
 * A comma or a space separates only what can stand for itself: `ann lee@x.example` stays one entry, which is
 * wrong, and does not become an alias `lee@x.example`. What an `other` entry is made of may hold any of the
 * separators (`x500:/o=First Org/ou=A, B`, `X400:C=US;A= ;P=Org;`), so it reaches to the next known prefix, or to
 * a bare address behind a separator that is no space.
 */
export function* cellEntries(cell: string): Generator<CellEntry, void, undefined> {
  const list = withoutHex(withoutBraces(cell));
  let entry: OpenEntry | undefined;
  let end = 0;
  for (const { 0: token, index } of list.matchAll(TOKEN)) {
    const prefix = PREFIX.exec(token);
    const gap = list.slice(end, index);
    if (entry === undefined || prefix !== null || isNext(entry, list.charAt(end - 1), gap, token)) {
      if (entry !== undefined) yield closed(entry, list.slice(entry.start, end), gap);
      entry = { start: index, gap, isOther: prefix !== null && !isSmtp(prefix), isBroken: false };
    }
    if (!token.includes("@")) entry.isBroken = true;
    end = index + token.length;
  }
  if (entry !== undefined) yield closed(entry, list.slice(entry.start, end), list.slice(end));
}

/** An entry whose end is not found yet. */
interface OpenEntry {
  readonly start: number;
  /** What stood before it. */
  readonly gap: string;
  readonly isOther: boolean;
  /** A part of it has no `@`, so it is no address. */
  isBroken: boolean;
}

/**
 * The cell with only those of its rows' entries that `isKept` says, counted from 0 among the entries that give a
 * row. They keep the form that they had; taken apart again, they are the same.
 */
export function keptEntries(cell: string, isKept: (ordinal: number) => boolean): string {
  const kept: string[] = [];
  let ordinal = 0;
  for (const entry of cellEntries(cell)) {
    if (entry.kind !== "secondary") continue;
    if (isKept(ordinal)) kept.push(entry.text);
    ordinal += 1;
  }
  const list = kept.join(";");
  return list.startsWith("{") ? `{${list}}` : list;
}

function withoutBraces(cell: string): string {
  const list = cell.trim();
  return list.startsWith("{") && list.endsWith("}") ? list.slice(1, -1) : list;
}

/** csvde writes a value that is not all ASCII as `X'736d…'`, its bytes in hexadecimal. */
function withoutHex(list: string): string {
  return list.replace(HEX, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"));
}

/** Whether a token without a prefix begins an entry of its own; `last` is the character before the gap. */
function isNext(entry: OpenEntry, last: string, gap: string, token: string): boolean {
  if (!entry.isOther) {
    return isStrong(last, gap, token) || (token.includes("@") && !entry.isBroken);
  }
  // `/` and `=` can be in an address, but are in the names of directories too, where an `@` may follow.
  return SEPARATOR_BUT_SPACE.test(gap) && !/[/=]/.test(token) && readAddress(token).ok;
}

/** A semicolon is in no address; a line break can be, where someone broke one in two. */
function isStrong(last: string, gap: string, token: string): boolean {
  if (gap.includes(";")) return true;
  return LINE_BREAK.test(gap) && !/[@.]/.test(`${last}${token.charAt(0)}`);
}

function isSmtp(prefix: RegExpExecArray): boolean {
  return prefix[0].toLowerCase() === "smtp:";
}

function closed(entry: OpenEntry, text: string, gapBehind: string): CellEntry {
  const cleaned = INVISIBLE.test(entry.gap) || INVISIBLE.test(gapBehind);
  const prefix = PREFIX.exec(text);
  if (prefix === null) return { kind: "secondary", text, value: text, cleaned };
  const value = text.slice(prefix[0].length);
  if (!isSmtp(prefix)) return { kind: "other", text, value, cleaned };
  return { kind: prefix[0] === "SMTP:" ? "primary" : "secondary", text, value, cleaned };
}
