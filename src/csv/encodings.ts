import { isUtf8 } from "node:buffer";
import { unfinishedUtf8Bytes } from "./transcoders.ts";

/** What a byte order mark says of the text behind it. */
export interface ByteOrderMark {
  readonly encoding: string;
  readonly sizeBytes: number;
}

const MARKS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), "utf-8"],
  [Buffer.from([0xff, 0xfe]), "utf-16le"],
  [Buffer.from([0xfe, 0xff]), "utf-16be"],
];

/** The byte order mark that the bytes begin with, if they do. */
export function detectBom(beginning: Buffer): ByteOrderMark | undefined {
  const found = MARKS.find(([mark]) => mark.equals(beginning.subarray(0, mark.length)));
  return found === undefined ? undefined : { encoding: found[1], sizeBytes: found[0].length };
}

/** A text with addresses is mostly ASCII, and so every other byte of it in UTF-16 is NUL. */
const MIN_NULS = 0.4;

/** UTF-16 without a byte order mark, told by where its NULs are; undefined for everything else. */
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

/** Characters of UTF-8 come about in Windows-1252 by chance, as in É», but not in one of eight letters. */
const MIN_GOOD = 1 / 8;

/**
 * UTF-8, or Windows-1252 where the bytes are none. Where only some of them are none, the text is UTF-8 all the same,
 * and some records are damaged: read as Windows-1252, all of the others would silently come out wrong.
 */
export function guessLegacyOrUtf8(bytes: Buffer, isWhole: boolean): "utf-8" | "windows-1252" {
  const judged = isWhole ? bytes : bytes.subarray(0, bytes.length - unfinishedUtf8Bytes(bytes));
  if (isUtf8(judged)) return "utf-8";
  const text = judged.toString("utf8");
  const good = text.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  const bad = text.split("\ufffd").length - 1;
  return good > 0 && good >= bad * MIN_GOOD ? "utf-8" : "windows-1252";
}

/** Characters both of whose bytes may be ASCII: `bo` in the place of a letter of UTF-16 is U+6F62. */
const PAIRS = /[\u0909-\u7e7e]{2,}/g;
/** An address, or a line break beside text. Chinese consists of such pairs too, but not of pairs that make these. */
const ASCII_TEXT = /[!-~]+@[!-~]+\.[!-~]+|[ -~]{2,}\r\n|\r\n[ -~]{2,}/;

/** Returns the text in ASCII that was decoded as UTF-16, two characters at a time; undefined where there is none. */
export function asciiWithinUtf16(text: string, encoding: "utf-16le" | "utf-16be"): string | undefined {
  for (const [pairs] of text.matchAll(PAIRS)) {
    const bytes = Buffer.from(pairs, "utf16le");
    const ascii = ASCII_TEXT.exec((encoding === "utf-16le" ? bytes : bytes.swap16()).toString("latin1"));
    if (ascii !== null) return ascii[0].trim();
  }
  return undefined;
}
