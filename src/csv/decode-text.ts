import { isAscii } from "node:buffer";
import { displayText } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";
import { peek } from "./decompress.ts";
import {
  asciiWithinUtf16,
  type ByteOrderMark,
  detectBom,
  guessLegacyOrUtf8,
  guessUtf16,
} from "./encodings.ts";
import { detectBinaryFormat, detectTextFormat, type ForeignFormat } from "./file-signatures.ts";
import { GUESSED_WINDOWS_1252, isDamaged, type Transcoder, transcoderFor } from "./transcoders.ts";

/** Bytes that are read before the format of a file is detected. */
const SAMPLE_BYTES = 4096;
/** Bytes buffered from the first non-ASCII byte on, so that the encoding is guessed from more than one character. */
const GUESS_BYTES = 64 * 1024;

/** A decoder of an input's bytes to UTF-8, with what it has detected about their encoding. */
export class InputDecoder {
  readonly #name: string;
  readonly #wanted: string | undefined;
  #mark: ByteOrderMark | undefined;
  #encoding: string;
  #isGuess = false;
  #damaged = false;

  /** `encoding` is the one that `--encoding` names. */
  constructor(name: string, encoding: string | undefined) {
    this.#name = name;
    this.#wanted = encoding;
    this.#encoding = encoding ?? "utf-8";
  }

  /** The name in the Encoding standard. A text that is all ASCII so far counts as UTF-8. */
  get encoding(): string {
    return this.#encoding;
  }

  /** The name of the single-byte encoding, if it is a guess; undefined if the encoding is known. */
  get guessedEncoding(): string | undefined {
    return this.#isGuess && this.#encoding !== "utf-8" ? this.#encoding : undefined;
  }

  /** True if the text begins with a byte order mark. */
  get bom(): boolean {
    return this.#mark !== undefined;
  }

  /** True if the text so far has bytes that could not be decoded, or a NUL. */
  get hasInvalidBytes(): boolean {
    return this.#damaged;
  }

  /** Returns the fault of a record that contains bytes in another encoding; undefined if none are found. */
  mixtureIn(record: string): string | undefined {
    if (this.#encoding !== "utf-16le" && this.#encoding !== "utf-16be") return undefined;
    const ascii = asciiWithinUtf16(record, this.#encoding);
    if (ascii === undefined) return undefined;
    return `has text in another encoding than ${shownEncoding(this.#encoding)}, as PowerShell's Add-Content and >> write it ('${displayText(ascii)}'); it may include the records after it. Write the whole file in one encoding. It was read as`;
  }

  /** Returns warnings about how the text was read, as sentences. The list is complete once the text is read. */
  warnings(): readonly string[] {
    const warnings: string[] = [];
    if (this.#mark !== undefined && this.#wanted !== undefined && this.#wanted !== this.#mark.encoding) {
      warnings.push(
        `it begins with the byte order mark of ${shownEncoding(this.#mark.encoding)} and was read as such, not as ${shownEncoding(this.#wanted)}`,
      );
    }
    if (this.guessedEncoding !== undefined) {
      warnings.push(
        `it is not UTF-8 and was read as ${shownEncoding(this.#encoding)}, which is a guess; addresses with letters beyond ASCII are invalid until you name its encoding with --encoding`,
      );
    }
    if (this.#isGuess && this.#encoding === "utf-8" && this.#damaged) {
      warnings.push(
        "it is UTF-8 except in some records, which are invalid. If it is in another encoding, name it with --encoding",
      );
    }
    return warnings;
  }

  /**
   * Yields the text in UTF-8, without its byte order mark. Bytes that are invalid in its encoding become bytes that are
   * invalid in UTF-8. Throws RunError "input" if the beginning is clearly not a table in text.
   */
  async *decode(chunks: AsyncGenerator<Buffer, void, undefined>): AsyncGenerator<Buffer, void, undefined> {
    const { beginning, rest } = await peek(chunks, SAMPLE_BYTES);
    const foreign = detectBinaryFormat(beginning);
    if (foreign !== undefined) throw this.#refusal(foreign);
    this.#mark = detectBom(beginning);
    const bytes = beginning.subarray(this.#mark?.sizeBytes ?? 0);
    const known = this.#mark?.encoding ?? this.#wanted ?? guessUtf16(beginning);
    const decoded = known === undefined ? this.#guessed(bytes, rest) : this.#decoded(known, bytes, rest);
    let isBeginning = true;
    for await (const chunk of decoded) {
      if (chunk.length === 0) continue;
      if (isBeginning) this.#refuseForeignText(chunk);
      isBeginning = false;
      yield chunk;
    }
  }

  /** Passes ASCII through. From the first other byte on, buffers the text until its encoding can be guessed. */
  async *#guessed(
    beginning: Buffer,
    rest: AsyncGenerator<Buffer, void, undefined>,
  ): AsyncGenerator<Buffer, void, undefined> {
    let chunk = beginning;
    while (isAscii(chunk)) {
      this.#noteInvalidBytes(chunk);
      yield chunk;
      const next = await rest.next();
      if (next.done === true) return;
      chunk = next.value;
    }
    const held = await peek(rest, GUESS_BYTES - chunk.length);
    const bytes = Buffer.concat([chunk, held.beginning]);
    const encoding = guessLegacyOrUtf8(bytes, held.isWhole);
    this.#isGuess = true;
    yield* this.#decoded(encoding, bytes, rest);
  }

  async *#decoded(
    encoding: string,
    beginning: Buffer,
    rest: AsyncGenerator<Buffer, void, undefined>,
  ): AsyncGenerator<Buffer, void, undefined> {
    this.#encoding = encoding;
    const isGuess = this.guessedEncoding !== undefined;
    const transcoder: Transcoder = isGuess ? GUESSED_WINDOWS_1252 : transcoderFor(encoding);
    yield this.#noteInvalidBytes(transcoder.write(beginning));
    for await (const chunk of rest) yield this.#noteInvalidBytes(transcoder.write(chunk));
    yield this.#noteInvalidBytes(transcoder.end());
  }

  /** Notes invalid bytes before they are passed on, so that the reader of the bytes can ask for them. */
  #noteInvalidBytes(bytes: Buffer): Buffer {
    this.#damaged ||= isDamaged(bytes);
    return bytes;
  }

  #refuseForeignText(chunk: Buffer): void {
    const foreign = detectTextFormat(chunk.toString("utf8", 0, SAMPLE_BYTES));
    if (foreign !== undefined) throw this.#refusal(foreign);
  }

  #refusal({ what, advice }: ForeignFormat): RunError {
    return new RunError("input", `${this.#name} is ${what}, not CSV: ${advice}`);
  }
}

/** Formats the name of an encoding for people. */
export function shownEncoding(encoding: string): string {
  return SHOWN[encoding] ?? encoding;
}

const SHOWN: Readonly<Record<string, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "windows-1252": "Windows-1252",
};
