import { pipeline, type Readable } from "node:stream";
import { CsvError } from "csv-parse";
import type { InputRecord, RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import { type ColumnChoice, columnsByHeader, columnsByPosition } from "./columns.ts";
import { type InputSource, inputName, openSource, TextGate } from "./input-bytes.ts";
import { MAX_RECORD_LENGTH, RecordParser } from "./record-parser.ts";

/** How an input is to be read, where it differs from a header line and commas. */
export interface InputOptions {
  /** One character. */
  readonly delimiter?: string | undefined;
  /** The first record is one like the others. */
  readonly noHeader?: boolean | undefined;
  readonly columns?: ColumnChoice | undefined;
}

/** An input whose columns are known and whose records can be read, once. */
export interface OpenInput extends RecordLayout {
  /** The file's path as given, or "standard input". */
  readonly name: string;
  /** The header's cells and its text; undefined without a header. */
  readonly header: readonly string[] | undefined;
  readonly headerRaw: string | undefined;
  readonly delimiter: string;
  /** Whether the file begins with a byte order mark. */
  readonly bom: boolean;
  /** The line break that ends the first record; LF in a file of a single line. */
  readonly lineBreak: string;
  /**
   * The records after the header, in batches, in order. To be read once, to its end or to a `break`; reads on
   * only when asked for more. Throws RunError "input" where the file can't be read further.
   */
  readonly records: AsyncGenerator<readonly InputRecord[], void, undefined>;
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

/**
 * Opens a CSV file or standard input and reads its header. Text in UTF-8 only, with or without a byte order
 * mark; quoted cells may hold line breaks; blank lines are passed over. Memory does not grow with the file.
 *
 * Throws RunError: "input-not-found" where there is no such file, "input" where it is no such text, is empty
 * or has not the columns, "usage" where `columns` can't be meant.
 */
export async function openInput(source: InputSource, options: InputOptions = {}): Promise<OpenInput> {
  const name = inputName(source);
  const delimiter = options.delimiter ?? ",";
  const { stream, sizeBytes } = await openSource(source);
  const gate = new TextGate(name);
  const parser = new RecordParser(delimiter);
  // Not `.pipe`, which would wait for ever after a read error. Who reads the parser meets the error there.
  pipeline(stream, gate, parser, () => undefined);
  try {
    const batches = batchesOf(parser, name);
    const first = await batches.next();
    const beginning = first.done ? [] : first.value;
    const layout = layoutOf(beginning[0], name, delimiter, options);
    const rest = layout.header === undefined ? beginning : beginning.slice(1);
    return {
      ...layout,
      name,
      delimiter,
      bom: gate.bom,
      lineBreak: parser.lineBreak ?? "\n",
      records: withBeginning(rest, batches),
      blankLineCount: () => parser.blankLineCount,
      sha256: () => gate.sha256(),
      bytesRead: () => gate.bytesRead,
      bytesTotal: sizeBytes,
      close: () => destroyAll(stream, gate, parser),
    };
  } catch (error) {
    destroyAll(stream, gate, parser);
    throw error;
  }
}

type Layout = RecordLayout & Pick<OpenInput, "header" | "headerRaw">;

function layoutOf(
  first: InputRecord | undefined,
  name: string,
  delimiter: string,
  options: InputOptions,
): Layout {
  if (first === undefined) {
    throw new RunError(
      "input",
      `${name} is empty; expected a header line with aliasFor and alias, then records`,
    );
  }
  const place = { name, line: first.line };
  const cellCount = first.cells.length;
  const choice = options.columns ?? {};
  if (options.noHeader === true) {
    const columns = columnsByPosition(cellCount, choice, place);
    return { columns, cellCount, header: undefined, headerRaw: undefined };
  }
  const columns = columnsByHeader(first.cells, choice, place, delimiter);
  return { columns, cellCount, header: first.cells, headerRaw: first.raw };
}

type Batches = AsyncGenerator<readonly InputRecord[], void, undefined>;

async function* batchesOf(parser: RecordParser, name: string): Batches {
  try {
    for await (const batch of parser) yield batch;
  } catch (error) {
    throw readError(error, parser, name);
  }
}

async function* withBeginning(beginning: readonly InputRecord[], rest: Batches): Batches {
  try {
    if (beginning.length > 0) yield beginning;
    yield* rest;
  } finally {
    await rest.return();
  }
}

function readError(error: unknown, parser: RecordParser, name: string): unknown {
  if (error instanceof CsvError) {
    const why =
      error.code === "CSV_MAX_RECORD_SIZE"
        ? `is longer than ${MAX_RECORD_LENGTH} characters`
        : "opens a quotation mark that is never closed";
    return new RunError(
      "input",
      `${name}, line ${parser.line}: the record that begins here ${why}. Look for a lone " there, and remove or double it`,
      { cause: error },
    );
  }
  if (error instanceof RunError || !(error instanceof Error && "syscall" in error)) return error;
  return new RunError("input", `${name} can't be read further: ${error.message}`, { cause: error });
}

function destroyAll(...streams: readonly Readable[]): void {
  for (const stream of streams) stream.destroy();
}
