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

/** So much is looked at before anything is said of a text. */
const SAMPLE_BYTES = 4096;
/** So much is kept back from the first letter on that is not ASCII, to judge by more than one what encoding it is. */
const GUESS_BYTES = 64 * 1024;

/** An input's text: its bytes in UTF-8, and what is known of how they came to be. */
export class InputDecoder {
  readonly #name: string;
  readonly #wanted: string | undefined;
  #mark: ByteOrderMark | undefined;
  #encoding: string;
  #isGuess = false;
  #damaged = false;

  /** `encoding`: what `--encoding` names. */
  constructor(name: string, encoding: string | undefined) {
    this.#name = name;
    this.#wanted = encoding;
    this.#encoding = encoding ?? "utf-8";
  }

  /** By its name in the Encoding standard. A text that is all ASCII so far is UTF-8. */
  get encoding(): string {
    return this.#encoding;
  }

  /** The name of the single-byte encoding that the text is only guessed to be in; undefined where it is known. */
  get guessedEncoding(): string | undefined {
    return this.#isGuess && this.#encoding !== "utf-8" ? this.#encoding : undefined;
  }

  /** Whether the text begins with a byte order mark. */
  get bom(): boolean {
    return this.#mark !== undefined;
  }

  /** Whether there is something in the text so far that could not be decoded, or a NUL. */
  get hasInvalidBytes(): boolean {
    return this.#damaged;
  }

  /** Returns what is wrong with a record that has bytes of another encoding; undefined where none are seen. */
  mixtureIn(record: string): string | undefined {
    if (this.#encoding !== "utf-16le" && this.#encoding !== "utf-16be") return undefined;
    const ascii = asciiWithinUtf16(record, this.#encoding);
    if (ascii === undefined) return undefined;
    return `has text in another encoding between ${shownEncoding(this.#encoding)}, as PowerShell's Add-Content and >> write it ('${displayText(ascii)}'); it may have swallowed the records behind it. Write the file in one encoding. It was read as`;
  }

  /** What people should know of how the text was read, as sentences; all of it once it is read. */
  warnings(): readonly string[] {
    const remarks: string[] = [];
    if (this.#mark !== undefined && this.#wanted !== undefined && this.#wanted !== this.#mark.encoding) {
      remarks.push(
        `it begins with the byte order mark of ${shownEncoding(this.#mark.encoding)} and was read so, not as ${shownEncoding(this.#wanted)}`,
      );
    }
    if (this.guessedEncoding !== undefined) {
      remarks.push(
        `it is not UTF-8 and was read as ${shownEncoding(this.#encoding)}, which is a guess; addresses with letters beyond ASCII are invalid until you name its encoding with --encoding`,
      );
    }
    if (this.#isGuess && this.#encoding === "utf-8" && this.#damaged) {
      remarks.push(
        "it is UTF-8, but not all of it is: such records are invalid. If it is in another encoding, name that with --encoding",
      );
    }
    return remarks;
  }

  /**
   * The text in UTF-8, without its byte order mark. Bytes that are no text in its encoding are none in UTF-8
   * either. Ends with RunError "input" where the beginning is plainly no text.
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

  /** As it comes while it is ASCII; then held back until it can be told what it is. */
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

  /** Noted before the bytes are handed on, so that who reads them knows. */
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

/** An encoding's name as people write it. */
export function shownEncoding(encoding: string): string {
  return SHOWN[encoding] ?? encoding;
}

const SHOWN: Readonly<Record<string, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "windows-1252": "Windows-1252",
};
