import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { RunError } from "../domain/run-error.ts";

/** Rows in a batch. */
const BATCH_ROWS = 500;

/**
 * Reads a table that this tool wrote, with or without a byte order mark: first its header, then its rows in batches,
 * cells as they are written. Returns undefined if the file does not exist or is empty. Memory does not grow with the
 * file. Throws RunError "input" if it is not CSV.
 */
export async function readTable(path: string): Promise<Table | undefined> {
  const records = readRecords(path);
  try {
    const first = await records.next();
    if (first.done === true) return undefined;
    return {
      header: first.value,
      batches: batched(records),
      close: async () => void (await records.return()),
    };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A table that is being read. */
export interface Table {
  readonly header: readonly string[];
  readonly batches: AsyncGenerator<readonly (readonly string[])[], void, undefined>;
  /** Closes the file. Call it unless the batches are read to their end. */
  close(): Promise<void>;
}

type Records = AsyncGenerator<readonly string[], void, undefined>;

async function* readRecords(path: string): Records {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true });
  // Not `.pipe`, which would hang after a read error. The error surfaces to the reader of the parser.
  pipeline(createReadStream(path), parser, () => undefined);
  try {
    for await (const record of parser) yield record;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RunError("input", `${path}, line ${parser.info.lines}: ${error.message}`, { cause: error });
  } finally {
    parser.destroy();
  }
}

async function* batched(records: Records): AsyncGenerator<readonly (readonly string[])[], void, undefined> {
  let batch: (readonly string[])[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
