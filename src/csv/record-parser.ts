import { isUtf8 } from "node:buffer";
import { Parser } from "csv-parse";
import type { InputRecord } from "../domain/row.ts";

/** Records in a batch: few enough to need little memory, enough to make the stream's overhead negligible. */
const BATCH_RECORDS = 500;
/** The maximum text in a batch, in characters, for long records: several batches are in memory at once. */
const BATCH_LENGTH = 1024 * 1024;
/** Batches that are parsed before they are requested. */
const BATCHES_AHEAD = 2;
/**
 * The longest record, in bytes of UTF-8. A cell of ten megabytes is allowed. A quotation mark that is never closed stops
 * here, not when memory runs out.
 */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** csv-parse passes its options on to its stream, although its types don't say so. */
const READ_AHEAD = { readableHighWaterMark: BATCHES_AHEAD };

const EMPTY = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/** The properties of a text that its parser needs. */
export interface ParsedText {
  readonly delimiter: string;
  /** The line, from 1, on which the text begins. */
  readonly firstLine: number;
  /** Returns whether the text so far has undecodable bytes or a NUL. Otherwise records are not searched for them. */
  readonly isDamaged: () => boolean;
  /** Returns the fault of a decoded record that contains bytes in another encoding; undefined if there is none. */
  readonly mixtureIn: (record: string) => string | undefined;
  /** Returns the encoding's name for messages. */
  readonly encoding: () => string;
}

/**
 * A csv-parse parser that adds to each record the physical line on which it begins, its text, and its decoding fault if
 * it has one. Takes the UTF-8 of a transcoder and emits arrays of {@link InputRecord}.
 *
 * It does not use csv-parse's own `info: true` and `raw: true`: `info.lines` is a record's last line and counts a CRLF
 * inside quotation marks twice, `raw` loses the LF of a CRLF and includes the blank lines before a record, and the two
 * options halve the speed. `info.bytes`, the end of a record, is exact, and nothing else is needed.
 */
export class RecordParser extends Parser {
  readonly #text: ParsedText;
  /** The bytes received; from `#next` on they have not been emitted as records. */
  #bytes: Buffer = Buffer.alloc(0);
  /** The buffer that contains `#bytes`, if a record is longer than a chunk. */
  #buffer: Buffer = EMPTY;
  /** The offset of `#bytes` in the input. */
  #bytesStart = 0;
  /** The index in `#bytes` after the last emitted record. */
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
      // Set explicitly, because csv-parse's auto-detection has chosen CR for a file with CRLF.
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

  /** The number of lines so far that are empty or have only white space. */
  get blankLineCount(): number {
    return this.#blankLineCount;
  }

  /** The line break that ended the first record; undefined if there was none. */
  get lineBreak(): string | undefined {
    return this.#lineBreak;
  }

  /** The line on which the current record begins. */
  get line(): number {
    this.#skipBlankLines(this.#bytes.length);
    return this.#line;
  }

  override _transform(
    chunk: Buffer,
    encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    // Checked once for many records, because a check for each of them would be slow.
    this.#isDamaged = this.#text.isDamaged();
    // Skip blank lines now: otherwise a file of only line breaks would be kept in memory.
    this.#skipBlankLines(this.#bytes.length);
    const rest = this.#bytes.subarray(this.#next);
    this.#bytesStart += this.#next;
    this.#next = 0;
    this.#bytes = this.#joined(rest, chunk);
    super._transform(chunk, encoding, callback);
  }

  /** Receives each record from csv-parse, at the moment when `info.bytes` is the end of that record. */
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

  /** Joins the rest and a chunk. Doubles the buffer when it is full, so that a long record is not copied per chunk. */
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
    if (bytes.includes(0)) return "has a NUL character, which text can't contain";
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

  /** Returns the end of the record's text, given the end of its line break. */
  #endOfText(end: number): number {
    const last = this.#bytes[end - 1];
    if (last === CR) return end - 1;
    if (last !== LF) return end;
    return this.#bytes[end - 2] === CR ? end - 2 : end - 1;
  }
}
