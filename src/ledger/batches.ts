import { integer, type Row } from "./cells.ts";
import type { Database } from "./database.ts";

/** Maximum rows of a batch: enough to make the cost of the query negligible, few enough for memory. */
const BATCH_ROWS = 1_000;
/** Maximum length of a batch's records together. A batch always has at least one row. */
const BATCH_BYTES = 1024 * 1024;

/** A query of `run.row` or one of its views, in input order. */
export interface BatchQuery {
  readonly columns: string;
  readonly from: string;
  /** SQL condition that begins with AND, or is empty. */
  readonly filter: string;
}

/** Yields the rows in batches. Reads their lengths first, because a thousand of the longest records do not fit into memory. */
export function* queryBatches<T>(
  database: Database,
  { columns, from, filter }: BatchQuery,
  read: (row: Row) => T,
): Generator<readonly T[], void, undefined> {
  const lengths = database.statement(
    `SELECT seq, octet_length(raw) FROM ${from} WHERE seq > ? ${filter} ORDER BY seq LIMIT ${BATCH_ROWS}`,
  );
  const rows = database.statement(
    `SELECT ${columns} FROM ${from} WHERE seq > ? AND seq <= ? ${filter} ORDER BY seq`,
  );
  let last = 0;
  for (;;) {
    const ahead = lengths.all([last]);
    for (const batch of inBatches(ahead, (row) => integer(row, 1))) {
      const before = last;
      last = integer(batch.at(-1) ?? [], 0);
      yield rows.all([before, last]).map(read);
    }
    if (ahead.length < BATCH_ROWS) return;
  }
}

/** Splits items into batches of at most BATCH_ROWS items and BATCH_BYTES bytes. */
export function* inBatches<T>(
  items: Iterable<T>,
  lengthBytes: (item: T) => number,
): Generator<readonly T[], void, undefined> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const length = lengthBytes(item);
    if (batch.length === BATCH_ROWS || (batch.length > 0 && bytes + length > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}
