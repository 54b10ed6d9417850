import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { codePageDecoder, windows1252Text } from "./code-pages.ts";

/**
 * A converter of a text's bytes to UTF-8, chunk by chunk. Invalid bytes become a byte that is invalid in UTF-8, so that
 * the reader can distinguish them from a U+FFFD in the text.
 */
export interface Transcoder {
  write(chunk: Buffer): Buffer;
  /** Flushes the bytes of an incomplete character. */
  end(): Buffer;
}

/**
 * Returns a transcoder for cp850, cp437, or an encoding of the {@link https://encoding.spec.whatwg.org Encoding}
 * standard.
 */
export function transcoderFor(encoding: string): Transcoder {
  const codePage = codePageDecoder(encoding);
  if (codePage !== undefined) return { write: (chunk) => Buffer.from(codePage(chunk)), end: () => NOTHING };
  switch (encoding) {
    case "utf-8":
      return new Utf8();
    case "utf-16le":
      return new Utf16((bytes) => bytes.toString("utf16le"));
    case "utf-16be":
      return new Utf16((bytes) => Buffer.from(bytes).swap16().toString("utf16le"));
    case "windows-1252":
      return { write: windows1252, end: () => NOTHING };
    default:
      return new OtherEncoding(encoding);
  }
}

/**
 * A transcoder for a text whose encoding is guessed to be Windows-1252. It accepts all bytes, so that the file's bytes
 * can be written back: those that are not characters there may be letters in the real encoding.
 */
export const GUESSED_WINDOWS_1252: Transcoder = {
  write: (chunk) => Buffer.from(windows1252Text(chunk)),
  end: () => NOTHING,
};

const NOTHING = Buffer.alloc(0);
const NO_TEXT = Buffer.from([0xff]);

/** Counts the bytes at the end of a chunk that begin a UTF-8 character which continues in the next chunk. */
export function unfinishedUtf8Bytes(chunk: Buffer): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? back : 0;
    }
  }
  return 0;
}

/** A transcoder that keeps the bytes, but ends each chunk at the end of a character, so that it can be checked alone. */
class Utf8 implements Transcoder {
  #held: Buffer = NOTHING;

  write(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = bytes.length - unfinishedUtf8Bytes(bytes);
    this.#held = bytes.subarray(end);
    return bytes.subarray(0, end);
  }

  end(): Buffer {
    return this.#held;
  }
}

class Utf16 implements Transcoder {
  readonly #decode: (bytes: Buffer) => string;
  #held: Buffer = NOTHING;
  /** The first half of a surrogate pair whose second half is in the next chunk. */
  #half = "";

  constructor(decode: (bytes: Buffer) => string) {
    this.#decode = decode;
  }

  write(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = bytes.length - (bytes.length % 2);
    this.#held = bytes.subarray(end);
    const text = this.#half + this.#decode(bytes.subarray(0, end));
    const isHalf = /[\ud800-\udbff]$/.test(text.slice(-1));
    this.#half = isHalf ? text.slice(-1) : "";
    return utf8Without(isHalf ? text.slice(0, -1) : text, LONE_SURROGATE);
  }

  end(): Buffer {
    return this.#half === "" && this.#held.length === 0 ? NOTHING : NO_TEXT;
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Transcodes Windows-1252 without TextDecoder, which on Node 20 decodes ISO 8859-1 under this name. */
function windows1252(chunk: Buffer): Buffer {
  return utf8Without(windows1252Text(chunk), /[\u0080-\u009f]/);
}

/** A transcoder for all other encodings. Only gb18030 can encode U+FFFD, so a decoded U+FFFD means invalid bytes. */
class OtherEncoding implements Transcoder {
  readonly #decoder: TextDecoder;

  constructor(encoding: string) {
    this.#decoder = new TextDecoder(encoding);
  }

  write(chunk: Buffer): Buffer {
    return utf8Without(this.#decoder.decode(chunk, { stream: true }), /\ufffd/);
  }

  end(): Buffer {
    return utf8Without(this.#decoder.decode(), /\ufffd/);
  }
}

function utf8Without(text: string, noText: RegExp): Buffer {
  const parts = text.split(noText);
  if (parts.length === 1) return Buffer.from(text);
  return Buffer.concat(
    parts.flatMap((part, index) => (index === 0 ? [Buffer.from(part)] : [NO_TEXT, Buffer.from(part)])),
  );
}

/** Returns whether the output of a transcoder has invalid bytes or a NUL. */
export function isDamaged(bytes: Buffer): boolean {
  return !isUtf8(bytes) || bytes.includes(0);
}
