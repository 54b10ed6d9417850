import { Parser } from "csv-parse";
import type { InputRecord } from "../domain/row.ts";

/** Records handed on at once: few enough to be light, enough to make the stream's own cost invisible. */
const BATCH_RECORDS = 500;
/** Or so much of their text, where records are long: several batches are in memory at once. */
const BATCH_LENGTH = 1024 * 1024;
/** Batches read ahead of whoever takes them. */
const BATCHES_AHEAD = 2;
/**
 * The longest record, in characters. Exchange's longest address lists stay far below it; a quotation mark that
 * is never closed ends here, and not with the memory.
 */
export const MAX_RECORD_LENGTH = 1024 * 1024;

/** csv-parse hands its options on to its stream, though its types know nothing of that. */
const READ_AHEAD = { readableHighWaterMark: BATCHES_AHEAD };

const LF = 0x0a;
const CR = 0x0d;

/**
 * csv-parse, made to say of each record on which physical line it begins and what its text is. Takes bytes of
 * UTF-8 without a byte order mark, gives arrays of {@link InputRecord}.
 *
 * csv-parse's own `info: true` and `raw: true` are not used: `info.lines` is a record's last line and counts a
 * CRLF inside quotation marks twice, `raw` loses the LF of a CRLF and has the blank lines before a record, and
 * both together halve the speed. Its `info.bytes`, where a record ends, is exact, and all that is needed.
 */
export class RecordParser extends Parser {
  /** What was received and not yet given out as records, from `#next` on. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Where `#bytes` begins in the input. */
  #bytesStart = 0;
  /** The first byte in `#bytes` that belongs to no record yet. */
  #next = 0;
  #line = 1;
  #previousByte = 0;
  #blankLineCount = 0;
  #lineBreak: string | undefined;
  #batch: InputRecord[] = [];
  #batchLength = 0;

  constructor(delimiter: string) {
    super({
      delimiter,
      // Found out by itself it was seen to take CR for a file with CRLF.
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_LENGTH,
      ...READ_AHEAD,
    });
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
    this.#passBlankLines(this.#bytes.length);
    return this.#line;
  }

  override _transform(
    chunk: Buffer,
    encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    // Passed over now, or else a file of nothing but line breaks would be kept whole.
    this.#passBlankLines(this.#bytes.length);
    const rest = this.#bytes.subarray(this.#next);
    this.#bytesStart += this.#next;
    this.#next = 0;
    this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    super._transform(chunk, encoding, callback);
  }

  /** csv-parse calls this for each record, at the moment when `info.bytes` is where that record ends. */
  override push(cells: readonly string[] | null): boolean {
    if (cells === null) {
      this.#passBlankLines(this.#bytes.length);
      this.#pushBatch();
      return super.push(null);
    }
    const end = this.info.bytes - this.#bytesStart;
    this.#passBlankLines(end);
    const line = this.#line;
    const raw = this.#bytes.toString("utf8", this.#next, this.#endOfText(end));
    this.#lineBreak ??= this.#bytes.toString("latin1", this.#endOfText(end), end) || undefined;
    this.#passLines(end);
    if (cells.length === 1 && raw.trim() === "") {
      this.#blankLineCount++;
      return true;
    }
    this.#batch.push({ line, cells, raw });
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

  /** Moves past the line breaks in front of a record. */
  #passBlankLines(end: number): void {
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

  #passLines(end: number): void {
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
