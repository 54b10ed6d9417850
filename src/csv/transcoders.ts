import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { codePageDecoder, windows1252Text } from "./code-pages.ts";

/**
 * Makes UTF-8 of a text's bytes, chunk by chunk. What is no text in its encoding becomes a byte that no UTF-8 has,
 * so that whoever reads can tell it from a U+FFFD that the text holds.
 */
export interface Transcoder {
  write(chunk: Buffer): Buffer;
  /** What was held back, as a character could have gone on. */
  end(): Buffer;
}

/**
 * Returns a transcoder for cp850, cp437, or one of the names that {@link https://encoding.spec.whatwg.org Encoding}
 * gives encodings.
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
 * A transcoder for a text that is only guessed to be Windows-1252. It takes all bytes, so that the file's own can be
 * written back: those that are no characters there may be letters in the right encoding.
 */
export const GUESSED_WINDOWS_1252: Transcoder = {
  write: (chunk) => Buffer.from(windows1252Text(chunk)),
  end: () => NOTHING,
};

const NOTHING = Buffer.alloc(0);
const NO_TEXT = Buffer.from([0xff]);

/** How many bytes at the end of a chunk are the beginning of a character of UTF-8 that goes on in the next. */
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

/** Leaves the bytes as they are, but ends each chunk where a character ends, so that each can be judged alone. */
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
  /** Half a surrogate pair, whose other half is to come. */
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

/** Not by TextDecoder, which on Node 20 reads ISO 8859-1 where it is asked for this. */
function windows1252(chunk: Buffer): Buffer {
  return utf8Without(windows1252Text(chunk), /[\u0080-\u009f]/);
}

/** Encodings of one's own choice. None of them but gb18030 can hold U+FFFD, so where it comes out, bytes were wrong. */
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

/** Whether bytes that a transcoder gave hold something that can be no text, or a NUL. */
export function isDamaged(bytes: Buffer): boolean {
  return !isUtf8(bytes) || bytes.includes(0);
}
