import { isUtf8 } from "node:buffer";
import { Parser } from "csv-parse";
import type { InputRecord } from "../domain/row.ts";

/** Records handed on at once: few enough to be light, enough to make the stream's own cost invisible. */
const BATCH_RECORDS = 500;
/** Or so much of their text, where records are long: several batches are in memory at once. */
const BATCH_LENGTH = 1024 * 1024;
/** Batches read ahead of whoever takes them. */
const BATCHES_AHEAD = 2;
/**
 * The longest record, in bytes of UTF-8. Ten megabytes in a cell stay below it; a quotation mark that is never
 * closed ends here, and not with the memory.
 */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** csv-parse hands its options on to its stream, though its types know nothing of that. */
const READ_AHEAD = { readableHighWaterMark: BATCHES_AHEAD };

const EMPTY = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/** What a parser must know of the text that it is given. */
export interface ParsedText {
  readonly delimiter: string;
  /** The line, from 1, on which the text begins. */
  readonly firstLine: number;
  /** Whether there was anything so far that could not be decoded, or a NUL: else records are not searched for it. */
  readonly isDamaged: () => boolean;
  /** What is wrong with a record that was decoded, but holds bytes of another encoding; undefined where nothing is. */
  readonly mixtureIn: (record: string) => string | undefined;
  /** The encoding's name, for messages. */
  readonly encoding: () => string;
}

/**
 * csv-parse, made to say of each record on which physical line it begins, what its text is, and whether all of it
 * could be decoded. Takes bytes of UTF-8 as a transcoder gives them, gives arrays of {@link InputRecord}.
 *
 * csv-parse's own `info: true` and `raw: true` are not used: `info.lines` is a record's last line and counts a
 * CRLF inside quotation marks twice, `raw` loses the LF of a CRLF and has the blank lines before a record, and
 * both together halve the speed. Its `info.bytes`, where a record ends, is exact, and all that is needed.
 */
export class RecordParser extends Parser {
  readonly #text: ParsedText;
  /** What was received and not yet given out as records, from `#next` on. */
  #bytes: Buffer = Buffer.alloc(0);
  /** What `#bytes` is a part of, where a record is longer than what comes at once. */
  #buffer: Buffer = EMPTY;
  /** Where `#bytes` begins in the input. */
  #bytesStart = 0;
  /** The first byte in `#bytes` that belongs to no record yet. */
  #next = 0;
  #line: number;
  #previousByte = 0;
  #blankLineCount = 0;
  #isDamaged = false;
  #lineBreak: string | undefined;
  #batch: InputRecord[] = [];
  #batchLength = 0;

  constructor(text: ParsedText) {
    super({
      delimiter: text.delimiter,
      // Found out by itself it was seen to take CR for a file with CRLF.
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
      ...READ_AHEAD,
    });
    this.#text = text;
    this.#line = text.firstLine;
  }

  /** Lines with nothing or only white space in them, so far. */
  get blankLineCount(): number {
    return this.#blankLineCount;
  }

  /** The line break that ended the first record; undefined where none did. */
  get lineBreak(): string | undefined {
    return this.#lineBreak;
  }

  /** The line where the record begins that is being read. */
  get line(): number {
    this.#skipBlankLines(this.#bytes.length);
    return this.#line;
  }

  override _transform(
    chunk: Buffer,
    encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    // Once for many records: asked for each of them it would be felt.
    this.#isDamaged = this.#text.isDamaged();
    // Passed over now, or else a file of nothing but line breaks would be kept whole.
    this.#skipBlankLines(this.#bytes.length);
    const rest = this.#bytes.subarray(this.#next);
    this.#bytesStart += this.#next;
    this.#next = 0;
    this.#bytes = this.#joined(rest, chunk);
    super._transform(chunk, encoding, callback);
  }

  /** csv-parse calls this for each record, at the moment when `info.bytes` is where that record ends. */
  override push(cells: readonly string[] | null): boolean {
    if (cells === null) {
      this.#skipBlankLines(this.#bytes.length);
      this.#pushBatch();
      return super.push(null);
    }
    const end = this.info.bytes - this.#bytesStart;
    this.#skipBlankLines(end);
    const line = this.#line;
    const endOfText = this.#endOfText(end);
    const raw = this.#bytes.toString("utf8", this.#next, endOfText);
    this.#lineBreak ??= this.#bytes.toString("latin1", endOfText, end) || undefined;
    const mixture = this.#text.mixtureIn(raw);
    const undecodable =
      mixture ?? (this.#isDamaged ? this.#encodingErrorIn(this.#next, endOfText) : undefined);
    this.#countLines(end);
    if (cells.length === 1 && raw.trim() === "") {
      this.#blankLineCount++;
      return true;
    }
    this.#batch.push(undecodable === undefined ? { line, cells, raw } : { line, cells, raw, undecodable });
    this.#batchLength += raw.length;
    const isFull = this.#batch.length >= BATCH_RECORDS || this.#batchLength >= BATCH_LENGTH;
    return !isFull || this.#pushBatch();
  }

  #pushBatch(): boolean {
    if (this.#batch.length === 0) return true;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchLength = 0;
    return super.push(batch);
  }

  /** A long record is not copied again for each chunk of it: behind it, there is room for as much again. */
  #joined(rest: Buffer, chunk: Buffer): Buffer {
    if (rest.length < chunk.length) {
      this.#buffer = EMPTY;
      return rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    }
    const sizeBytes = rest.length + chunk.length;
    const from = rest.byteOffset - this.#buffer.byteOffset;
    if (rest.buffer !== this.#buffer.buffer || from + sizeBytes > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(sizeBytes * 2);
      rest.copy(this.#buffer);
      chunk.copy(this.#buffer, rest.length);
      return this.#buffer.subarray(0, sizeBytes);
    }
    chunk.copy(this.#buffer, from + rest.length);
    return this.#buffer.subarray(from, from + sizeBytes);
  }

  #encodingErrorIn(start: number, end: number): string | undefined {
    const bytes = this.#bytes.subarray(start, end);
    if (bytes.includes(0)) return "has a NUL character, which no text has";
    return isUtf8(bytes) ? undefined : `has bytes that are not text in ${this.#text.encoding()}`;
  }

  /** Moves past the line breaks in front of a record. */
  #skipBlankLines(end: number): void {
    for (; this.#next < end; this.#next++) {
      const byte = this.#bytes[this.#next] ?? 0;
      if (byte !== LF && byte !== CR) return;
      // The LF of a CRLF can arrive later than its CR: it ends the same line.
      if (byte === CR || this.#previousByte !== CR) {
        this.#line++;
        this.#blankLineCount++;
      }
      this.#previousByte = byte;
    }
  }

  #countLines(end: number): void {
    let previous = this.#previousByte;
    for (let at = this.#next; at < end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === CR || (byte === LF && previous !== CR)) this.#line++;
      previous = byte;
    }
    this.#previousByte = previous;
    this.#next = end;
  }

  /** Where the record's text ends, given where its line break does. */
  #endOfText(end: number): number {
    const last = this.#bytes[end - 1];
    if (last === CR) return end - 1;
    if (last !== LF) return end;
    return this.#bytes[end - 2] === CR ? end - 2 : end - 1;
  }
}
