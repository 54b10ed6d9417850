import { domainToASCII } from "node:url";
import type { ToolCode } from "./failure.ts";
import { unescapeFormula } from "./formula.ts";
import { characterNotInDomains } from "./idna.ts";

/** The result of parsing a cell that should hold one e-mail address. */
export type ParsedAddress =
  /** `address` is sent, `key` is compared. `cleaned`: characters around the address were removed. */
  | { readonly ok: true; readonly address: string; readonly key: string; readonly cleaned: boolean }
  /** The cell has only white space or invisible characters. */
  | { readonly ok: false; readonly empty: true; readonly reason: string }
  /** `reason` is free of control characters. */
  | {
      readonly ok: false;
      readonly empty: false;
      readonly code: Extract<ToolCode, "invalid_address" | "lost_character">;
      readonly reason: string;
    };

/** RFC 5321, 4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64;
/** RFC 5321, 4.5.3.1.3 with erratum 1690: a path of 256 octets minus its angle brackets. */
const MAX_ADDRESS_BYTES = 254;
/** RFC 1035, 2.3.4: a name of 255 octets minus the length octets of its first label and of the root. */
const MAX_DOMAIN_BYTES = 253;
/** RFC 1035, 2.3.4. */
const MAX_LABEL_BYTES = 63;
/** The number of characters of an invalid value that a reason shows. */
const MAX_SHOWN_LENGTH = 80;

const NOT_PLAIN_ASCII = /[^ -~]/;
/** Matches most addresses in one step; all others are checked part by part. */
const COMMON_ADDRESS =
  /^[a-z0-9_+&-][a-z0-9_'+&-]{0,31}(?:\.[a-z0-9_'+&-]{1,31})?@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.){1,3}[a-z]{2,20}$/i;
const APOSTROPHE = 0x27;
/** A bare address with `?` or U+FFFD, which an ASCII export or a wrong decoding puts in place of a non-ASCII letter. */
const LOST_CHARACTER = /^(?=[^@]*@)[^\s<>":]*[?\u{fffd}][^\s<>":]*$/u;
/** RFC 5321 also allows `?` (see {@link LOST_CHARACTER}), and RFC 6531 all of Unicode; mailboxes use neither. */
const NOT_LOCAL = /[^a-z0-9!#$%&'*+/=^_`{|}~.\p{L}\p{M}\p{Nd}-]/iu;
const DOMAIN_CHARACTER = /[^a-z0-9_.\u0080-\u{10ffff}-]/iu;
const WHITE_SPACE_OR_INVISIBLE = /[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Returns the form in which addresses are compared: lower case, the domain in ASCII, the rest in Unicode form NFC.
 * Cheap for plain ASCII. Any string has a key, and a key is its own key.
 */
export function addressKey(address: string): string {
  const lower = address.toLowerCase();
  if (!NOT_PLAIN_ASCII.test(lower)) return lower;
  const at = lower.lastIndexOf("@");
  if (at === -1) return lower.normalize("NFC");
  return `${lower.slice(0, at).normalize("NFC")}@${asciiDomain(lower.slice(at + 1))}`;
}

/**
 * Parses a cell as one bare e-mail address. Removes white space, no-break spaces and invisible characters around it,
 * and the `'` that keeps a spreadsheet from running the cell as a formula. Accepts dot-atoms, also with letters, marks
 * and digits beyond ASCII. Rejects quoted local parts, display names, `mailto:`, address literals and domains of a
 * single label; the reason says which part is wrong.
 */
export function parseAddress(cell: string): ParsedAddress {
  const found = trimmed(cell);
  const bare = found.charCodeAt(0) === APOSTROPHE ? unescapeFormula(found) : found;
  const address = bare === found ? found : trimmed(bare);
  const cleaned = found.length !== cell.length || address.length !== bare.length;
  if (COMMON_ADDRESS.test(address)) return { ok: true, address, key: address.toLowerCase(), cleaned };
  if (address === "") return { ok: false, empty: true, reason: "the cell is empty" };
  if (LOST_CHARACTER.test(address)) {
    return { ok: false, empty: false, code: "lost_character", reason: lostCharacterReason(address) };
  }
  const reason = addressError(address);
  if (reason !== undefined) return { ok: false, empty: false, code: "invalid_address", reason };
  return { ok: true, address, key: addressKey(address), cleaned };
}

/** Returns external text in a form that is safe and short enough for a message. */
export function displayText(text: string): string {
  const cut = text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${Number(character.codePointAt(0)).toString(16)}}`;
  });
}

function asciiDomain(domain: string): string {
  if (!NOT_PLAIN_ASCII.test(domain)) return domain;
  // node:url returns "" for an invalid domain, which needs a key of its own too.
  return domainToASCII(domain) || domain.normalize("NFC");
}

function trimmed(cell: string): string {
  let start = 0;
  let end = cell.length;
  // Outside the cell, charCodeAt returns NaN, which is not removable.
  while (isRemovable(cell.charCodeAt(start))) start++;
  while (isRemovable(cell.charCodeAt(end - 1))) end--;
  return cell.slice(start, end);
}

/** Returns whether a code is white space, a soft hyphen, a zero-width character or a mark of writing direction. */
function isRemovable(code: number): boolean {
  if (code < 0x7f) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return (
    code === 0xa0 ||
    code === 0xad ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x205f && code <= 0x2069) ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function lostCharacterReason(address: string): string {
  const lost = address.includes("?")
    ? "a '?', which an export in ASCII writes in place of a letter that it lacks"
    : "a character that could not be decoded before the file was written";
  return `'${displayText(address)}' has ${lost}. Export the file again with -Encoding UTF8`;
}

function addressError(address: string): string | undefined {
  if (address.startsWith("'")) {
    return `it begins with ', which marks text in a spreadsheet; write ${bareAddress(address.replace(/^'|'$/g, ""))}`;
  }
  if (/^mailto:/i.test(address)) return `it begins with 'mailto:'; write ${bareAddress(address.slice(7))}`;
  if (/^[^<]*<[^<>]*>$/.test(address)) {
    const open = address.indexOf("<");
    const name = displayText(address.slice(0, open).trim());
    return `it has a name, '${name}', and angle brackets; write ${bareAddress(address.slice(open + 1, -1))}`;
  }
  if (/[<>]/.test(address))
    return `'${displayText(address)}' has angle brackets; write the bare address, without a name`;
  const quoted = /^".*"(?=@)/su.exec(address);
  if (quoted !== null) {
    return `the part before @, '${displayText(quoted[0])}', is in quotation marks; Mimecast is not known to accept such addresses`;
  }
  if (address.includes('"')) return `'${displayText(address)}' has quotation marks`;
  if (WHITE_SPACE_OR_INVISIBLE.test(address))
    return `'${displayText(address)}' has a space or an invisible character`;
  const at = address.indexOf("@");
  if (at === -1) return `'${displayText(address)}' has no @; expected local@domain`;
  if (address.includes("@", at + 1)) return `'${displayText(address)}' has more than one @`;
  return (
    localPartError(address.slice(0, at)) ??
    domainError(address.slice(at + 1)) ??
    tooLong("the address", address, MAX_ADDRESS_BYTES) ??
    tooLong("the domain, in ASCII,", asciiDomain(address.slice(at + 1)), MAX_DOMAIN_BYTES)
  );
}

/** Names the address to write instead of one with other text around it. */
function bareAddress(address: string): string {
  return COMMON_ADDRESS.test(address) ? `the bare address, ${address}` : "the bare address";
}

function localPartError(local: string): string | undefined {
  if (local === "") return "the part before @ is empty";
  const wrong = NOT_LOCAL.exec(local);
  if (wrong !== null) {
    const advice = /^smtp:/i.test(local) ? "; leave the 'smtp:' out" : "";
    return `the part before @, '${displayText(local)}', has a ${named(wrong[0])}${advice}`;
  }
  const lookAlike = NOT_PLAIN_ASCII.test(local) ? asciiLookAlike(local) : undefined;
  if (lookAlike !== undefined) {
    const ascii = lookAlike.normalize("NFKC");
    return `the part before @, '${displayText(local)}', has a ${named(lookAlike)} in place of '${ascii}'`;
  }
  return (
    misplacedDot(`the part before @, '${displayText(local)}',`, local) ??
    tooLong("the part before @", local, MAX_LOCAL_BYTES)
  );
}

function domainError(domain: string): string | undefined {
  if (domain === "") return "the domain is empty";
  const subject = `the domain '${displayText(domain)}'`;
  const wrong = DOMAIN_CHARACTER.exec(domain);
  if (wrong !== null) return `${subject} has a '${wrong[0]}'`;
  const ascii = asciiDomain(domain.toLowerCase());
  if (NOT_PLAIN_ASCII.test(ascii)) return `${subject} is not a valid international domain`;
  const strange = characterNotInDomains(ascii);
  if (strange !== undefined) return `${subject} has a ${named(strange)}, which domains can't contain`;
  if (!ascii.includes(".")) return `${subject} has no dot`;
  const dots = misplacedDot(subject, ascii);
  if (dots !== undefined) return dots;
  if (/\.\d+$/.test(ascii)) return `${subject} ends in a number`;
  for (const label of ascii.split(".")) {
    if (label.startsWith("-") || label.endsWith("-"))
      return `${subject} has a part that begins or ends with -`;
    if (label.length > MAX_LABEL_BYTES) {
      return `${subject} has a part of ${label.length} characters; at most ${MAX_LABEL_BYTES} are allowed`;
    }
  }
  return undefined;
}

/** Returns the first letter that only looks different from ASCII: a ligature such as `ﬁ`, or a full-width letter. */
function asciiLookAlike(local: string): string | undefined {
  return Array.from(local).find((letter) => {
    return NOT_PLAIN_ASCII.test(letter) && /[a-z0-9]/i.test(letter.normalize("NFKC"));
  });
}

/** Returns the character in quotation marks. Beyond ASCII, where a dash looks like a hyphen, adds its code point. */
function named(character: string): string {
  if (!NOT_PLAIN_ASCII.test(character)) return `'${character}'`;
  const hex = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
  return `'${character}' (U+${hex})`;
}

function misplacedDot(subject: string, dotted: string): string | undefined {
  if (dotted.startsWith(".")) return `${subject} begins with a dot`;
  if (dotted.endsWith(".")) return `${subject} ends with a dot`;
  return dotted.includes("..") ? `${subject} has two dots in a row` : undefined;
}

function tooLong(subject: string, text: string, limitBytes: number): string | undefined {
  const sizeBytes = Buffer.byteLength(text);
  return sizeBytes > limitBytes
    ? `${subject} has ${sizeBytes} bytes; at most ${limitBytes} are allowed`
    : undefined;
}
