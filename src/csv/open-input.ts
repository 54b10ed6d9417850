import { pipeline, Readable } from "node:stream";
import { CsvError } from "csv-parse";
import { pluralize } from "../domain/format.ts";
import type { InputRecord } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import type { ColumnChoice } from "./column-roles.ts";
import { scoreSample } from "./columns.ts";
import { InputDecoder, shownEncoding } from "./decode-text.ts";
import { decompress, peek } from "./decompress.ts";
import { detectDialect, lineCount, namedDelimiter } from "./dialect.ts";
import { lineStart } from "./find-header.ts";
import { QuotedWhole } from "./quoted-whole.ts";
import { MAX_RECORD_BYTES, RecordParser } from "./record-parser.ts";
import { RepeatedHeader } from "./repeated-header.ts";
import { type InputSource, inputName, openSource, SourceDigest } from "./source.ts";
import { detectLayout, refuseOtherDelimiter, type TableLayout } from "./table-layout.ts";

/** The options of reading an input. They take precedence over detection. */
export interface InputOptions {
  /** One character. */
  readonly delimiter?: string | undefined;
  /** The name in the Encoding standard. */
  readonly encoding?: string | undefined;
  /** True if the first record is not a header. */
  readonly noHeader?: boolean | undefined;
  readonly columns?: ColumnChoice | undefined;
  /** The physical line of the header, from 1. The lines before it are ignored. */
  readonly headerLine?: number | undefined;
}

/** An input whose columns are known. Its records can be read once. */
export interface OpenInput extends TableLayout {
  /** The file's path as given, or "standard input". */
  readonly name: string;
  /**
   * True if the records that are written back, in UTF-8, need a byte order mark: the file has one, or `--encoding` was
   * given. Otherwise the same command would decode the written file wrongly.
   */
  readonly bom: boolean;
  /** The line break that ends the first record; LF in a file of a single line. */
  readonly lineBreak: string;
  /**
   * The records after the header, in order, in batches. Read it once, to its end or to a `break`. It reads the file only
   * as far as batches are requested. Throws RunError "input" if the rest of the file can't be read.
   */
  readonly records: AsyncGenerator<readonly InputRecord[], void, undefined>;
  /** Returns the encoding's name for people. A file counts as UTF-8 until other bytes occur. */
  encoding(): string;
  /** Returns the name of the single-byte encoding, if it is a guess so far; undefined otherwise. */
  guessedEncoding(): string | undefined;
  /** Returns warnings about how the file was read, as parts of sentences. The list is complete at the end. */
  warnings(): readonly string[];
  /** Counts the lines without text that were skipped so far. */
  blankLineCount(): number;
  /** Returns the hex SHA-256 of the bytes read so far: of the whole file once `records` has ended. */
  sha256(): string;
  bytesRead(): number;
  /** The file's size; undefined if it is not known, as for standard input. */
  readonly bytesTotal: number | undefined;
  /** Closes the source, even if only a part of it was read. */
  close(): void;
}

/** Bytes of the text from which the dialect and the columns are detected. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Opens a table in text, from a file or standard input, with or without gzip, and detects its encoding, delimiter,
 * header and columns. Quoted cells may contain line breaks. Blank lines are skipped. Memory does not grow with the file.
 *
 * Throws RunError: "input-not-found" if the file can't be opened, "input" if it is not such a text, is empty or does not
 * have the columns, "usage" if `columns` is not possible.
 */
export async function openInput(source: InputSource, options: InputOptions = {}): Promise<OpenInput> {
  const name = inputName(source);
  const { stream, sizeBytes } = await openSource(source);
  const digest = new SourceDigest();
  const text = new InputDecoder(name, options.encoding);
  const chunks = text.decode(decompress(digest.pipe(stream, name), name));
  let parser: RecordParser | undefined;
  const close = (): void => {
    stream.destroy();
    parser?.destroy();
  };
  try {
    const { beginning, isWhole, rest } = await peek(chunks, SAMPLE_BYTES);
    const { headerLine } = options;
    const ignoredBytes = headerLine === undefined ? 0 : lineStart(beginning, headerLine, name, isWhole);
    const ignored = beginning.toString("utf8", 0, ignoredBytes);
    const start = { text: beginning.toString("utf8", ignoredBytes), isWhole };
    const noHeader = options.noHeader === true;
    const dialect = detectDialect(start, options.delimiter ?? namedDelimiter(ignored), (sample) =>
      scoreSample(sample, options.columns ?? {}, noHeader),
    );
    const reader = new RecordParser({
      delimiter: dialect.delimiter,
      firstLine: (headerLine ?? 1) + lineCount(dialect.preamble),
      isDamaged: () => text.hasInvalidBytes,
      mixtureIn: (record) => text.mixtureIn(record),
      encoding: () => shownEncoding(text.encoding),
    });
    parser = reader;
    const table = beginning.subarray(ignoredBytes + Buffer.byteLength(dialect.preamble));
    // Not `.pipe`, which would hang after a read error. The error surfaces to the reader of the parser.
    pipeline(Readable.from(together(table, rest), { objectMode: false }), reader, () => undefined);
    const batches = batchesOf(reader, name);
    const first = await batches.next();
    const found = first.done ? [] : first.value;
    const whole = noHeader ? undefined : QuotedWhole.of(found, dialect.delimiter, name);
    const records = whole?.first(found) ?? found;
    const lineBreak = reader.lineBreak ?? "\n";
    const { layout, headerCount } = detectLayout(records, { name, dialect, options, ignored, lineBreak });
    if (!noHeader && options.delimiter === undefined)
      refuseOtherDelimiter(start, dialect, `${name}, line ${records[headerCount - 1]?.line}`);
    const repeated = new RepeatedHeader(layout, name);
    return {
      ...layout,
      name,
      bom: text.bom || options.encoding !== undefined,
      lineBreak,
      records: prependSample(records.slice(headerCount), unquotedBatches(batches, whole), repeated, close),
      encoding: () => shownEncoding(text.encoding),
      guessedEncoding: () => text.guessedEncoding,
      warnings: () => [
        ...text.warnings(),
        ...(whole === undefined ? [] : [QUOTED_WHOLE]),
        ...emptyRecords(headerCount - 1),
        ...repeated.warnings(),
      ],
      blankLineCount: () => reader.blankLineCount,
      sha256: () => digest.sha256(),
      bytesRead: () => digest.bytesRead,
      bytesTotal: sizeBytes,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

type Chunks = AsyncGenerator<Buffer, void, undefined>;

async function* together(beginning: Buffer, rest: Chunks): Chunks {
  if (beginning.length > 0) yield beginning;
  yield* rest;
}

type Batches = AsyncGenerator<readonly InputRecord[], void, undefined>;

async function* batchesOf(parser: RecordParser, name: string): Batches {
  try {
    for await (const batch of parser) yield batch;
  } catch (error) {
    throw readError(error, parser, name);
  }
}

const QUOTED_WHOLE =
  "every record after the header is one quoted cell, as Excel writes it; each was read without its outer quotation marks";

async function* unquotedBatches(batches: Batches, whole: QuotedWhole | undefined): Batches {
  for await (const batch of batches) yield whole?.next(batch) ?? batch;
}

function emptyRecords(recordCount: number): readonly string[] {
  if (recordCount < 1) return [];
  return [
    `${pluralize(recordCount, "empty record")} before the header ${recordCount === 1 ? "is" : "are"} skipped`,
  ];
}

async function* prependSample(
  beginning: readonly InputRecord[],
  rest: Batches,
  repeated: RepeatedHeader,
  close: () => void,
): Batches {
  try {
    if (beginning.length > 0) yield repeated.without(beginning);
    for await (const batch of rest) yield repeated.without(batch);
  } finally {
    await rest.return();
    close();
  }
}

function readError(error: unknown, parser: RecordParser, name: string): unknown {
  if (!(error instanceof CsvError)) return error;
  const why =
    error.code === "CSV_MAX_RECORD_SIZE"
      ? `is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB. Is its end missing?`
      : "opens a quotation mark that is never closed.";
  return new RunError(
    "input",
    `${name}, line ${parser.line}: the record that begins here ${why} Look for a lone " there, and remove or double it`,
    { cause: error },
  );
}
