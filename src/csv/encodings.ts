import { isUtf8 } from "node:buffer";
import { unfinishedUtf8Bytes } from "./transcoders.ts";

/** A byte order mark: the encoding of the text after it, and its own size. */
export interface ByteOrderMark {
  readonly encoding: string;
  readonly sizeBytes: number;
}

const MARKS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), "utf-8"],
  [Buffer.from([0xff, 0xfe]), "utf-16le"],
  [Buffer.from([0xfe, 0xff]), "utf-16be"],
];

/** Returns the byte order mark with which the bytes begin, if there is one. */
export function detectBom(beginning: Buffer): ByteOrderMark | undefined {
  const found = MARKS.find(([mark]) => mark.equals(beginning.subarray(0, mark.length)));
  return found === undefined ? undefined : { encoding: found[1], sizeBytes: found[0].length };
}

/** The minimum share of NULs in UTF-16. A text with addresses is mostly ASCII, so nearly every other byte is NUL. */
const MIN_NULS = 0.4;

/** Detects UTF-16 without a byte order mark by the places of its NULs. Returns undefined for any other encoding. */
export function guessUtf16(beginning: Buffer): "utf-16le" | "utf-16be" | undefined {
  const pairCount = beginning.length >> 1;
  let evenNuls = 0;
  let oddNuls = 0;
  for (let pair = 0; pair < pairCount; pair++) {
    if (beginning[pair * 2] === 0) evenNuls++;
    if (beginning[pair * 2 + 1] === 0) oddNuls++;
  }
  const least = Math.max(1, pairCount * MIN_NULS);
  if (oddNuls >= least && evenNuls * 10 <= oddNuls) return "utf-16le";
  return evenNuls >= least && oddNuls * 10 <= evenNuls ? "utf-16be" : undefined;
}

/** The minimum ratio of valid UTF-8 characters to invalid bytes. Windows-1252 has few by chance, such as É». */
const MIN_GOOD = 1 / 8;

/**
 * Guesses Windows-1252 if the bytes are not UTF-8. If only some of them are invalid, the text still counts as UTF-8 with
 * some damaged records: as Windows-1252, all other records would silently be wrong.
 */
export function guessLegacyOrUtf8(bytes: Buffer, isWhole: boolean): "utf-8" | "windows-1252" {
  const judged = isWhole ? bytes : bytes.subarray(0, bytes.length - unfinishedUtf8Bytes(bytes));
  if (isUtf8(judged)) return "utf-8";
  const text = judged.toString("utf8");
  const good = text.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  const bad = text.split("\ufffd").length - 1;
  return good > 0 && good >= bad * MIN_GOOD ? "utf-8" : "windows-1252";
}

/** Characters whose two bytes may both be ASCII: `bo` read as a UTF-16 character is U+6F62. */
const PAIRS = /[\u0909-\u7e7e]{2,}/g;
/** An address, or a line break next to text. Chinese consists of such pairs too, but not of pairs that spell these. */
const ASCII_TEXT = /[!-~]+@[!-~]+\.[!-~]+|[ -~]{2,}\r\n|\r\n[ -~]{2,}/;

/** Returns the ASCII text that was decoded as UTF-16, two characters at a time; undefined if there is none. */
export function asciiWithinUtf16(text: string, encoding: "utf-16le" | "utf-16be"): string | undefined {
  for (const [pairs] of text.matchAll(PAIRS)) {
    const bytes = Buffer.from(pairs, "utf16le");
    const ascii = ASCII_TEXT.exec((encoding === "utf-16le" ? bytes : bytes.swap16()).toString("latin1"));
    if (ascii !== null) return ascii[0].trim();
  }
  return undefined;
}
