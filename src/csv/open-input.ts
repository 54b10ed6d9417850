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

/** How an input is to be read, where it can't be told from what it holds. */
export interface InputOptions {
  /** One character. */
  readonly delimiter?: string | undefined;
  /** By its name in the Encoding standard. */
  readonly encoding?: string | undefined;
  /** The first record is one like the others. */
  readonly noHeader?: boolean | undefined;
  readonly columns?: ColumnChoice | undefined;
  /** The physical line of the header, from 1; what is before it is ignored. */
  readonly headerLine?: number | undefined;
}

/** An input whose columns are known and whose records can be read, once. */
export interface OpenInput extends TableLayout {
  /** The file's path as given, or "standard input". */
  readonly name: string;
  /**
   * Whether what is written back from it, in UTF-8, begins with a byte order mark: if the file does, and where
   * `--encoding` was given, since the same command would otherwise read that file wrongly.
   */
  readonly bom: boolean;
  /** The line break that ends the first record; LF in a file of a single line. */
  readonly lineBreak: string;
  /**
   * The records after the header, in batches, in order. To be read once, to its end or to a `break`; reads on
   * only when asked for more. Throws RunError "input" where the file can't be read further.
   */
  readonly records: AsyncGenerator<readonly InputRecord[], void, undefined>;
  /** The encoding as people write it, as far as it is known: a file is UTF-8 until it shows that it is not. */
  encoding(): string;
  /** The name of the single-byte encoding that it is only guessed to be in, once known; undefined otherwise. */
  guessedEncoding(): string | undefined;
  /** What people should know of how it was read, as parts of sentences about the file; all of it at the end. */
  warnings(): readonly string[];
  /** Lines with nothing or only white space, passed over so far. */
  blankLineCount(): number;
  /** Hex SHA-256 of the bytes read so far: of the file, once `records` has ended. */
  sha256(): string;
  bytesRead(): number;
  /** The file's size; undefined for what has none, such as standard input. */
  readonly bytesTotal: number | undefined;
  /** Lets go of the source, also when nothing or only a part was read. */
  close(): void;
}

/** The dialect and the columns are told from so much of the text. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Opens a table in text, from a file or standard input, compressed with gzip or not, and finds out how it is written:
 * encoding, delimiter, header, columns. Quoted cells may hold line breaks; blank lines are passed over. Memory does
 * not grow with the file.
 *
 * Throws RunError: "input-not-found" where there is no such file, "input" where it is no such text, is empty
 * or has not the columns, "usage" where `columns` can't be meant.
 */
export async function openInput(source: InputSource, options: InputOptions = {}): Promise<OpenInput> {
  const name = inputName(source);
  const { stream, sizeBytes } = await openSource(source);
  const tally = new SourceDigest();
  const text = new InputDecoder(name, options.encoding);
  const chunks = text.decode(decompress(tally.pipe(stream, name), name));
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
    // Not `.pipe`, which would wait for ever after a read error. Who reads the parser meets the error there.
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
        ...repeated.remarks(),
      ],
      blankLineCount: () => reader.blankLineCount,
      sha256: () => tally.sha256(),
      bytesRead: () => tally.bytesRead,
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
  "every record behind the header is one quoted cell, as Excel writes it; each was read without its outer quotation marks";

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
