import { integer, type Row } from "./cells.ts";
import type { Database } from "./database.ts";

/** Rows read at once: enough to make the query's own cost vanish, few enough to be nothing in memory. */
const PAGE_ROWS = 1_000;
/** Or so many that their records have this length in all, where records are long; never less than one. */
const PAGE_BYTES = 1024 * 1024;

/** What to read, of `run.row` or a view of it, in the order of the input. */
export interface BatchQuery {
  readonly columns: string;
  readonly from: string;
  /** Begins with AND, or is empty. */
  readonly filter: string;
}

/** Asks for the rows' lengths first, as a page of the longest records would not fit into memory. */
export function* queryBatches<T>(
  database: Database,
  { columns, from, filter }: BatchQuery,
  read: (row: Row) => T,
): Generator<readonly T[], void, undefined> {
  const lengths = database.statement(
    `SELECT seq, octet_length(raw) FROM ${from} WHERE seq > ? ${filter} ORDER BY seq LIMIT ${PAGE_ROWS}`,
  );
  const rows = database.statement(
    `SELECT ${columns} FROM ${from} WHERE seq > ? AND seq <= ? ${filter} ORDER BY seq`,
  );
  let last = 0;
  for (;;) {
    const ahead = lengths.all([last]);
    for (const page of inBatches(ahead, (row) => integer(row, 1))) {
      const before = last;
      last = integer(page.at(-1) ?? [], 0);
      yield rows.all([before, last]).map(read);
    }
    if (ahead.length < PAGE_ROWS) return;
  }
}

/** Things in portions, none of them larger than a page. */
export function* inBatches<T>(
  things: Iterable<T>,
  lengthBytes: (thing: T) => number,
): Generator<readonly T[], void, undefined> {
  let page: T[] = [];
  let bytes = 0;
  for (const thing of things) {
    const length = lengthBytes(thing);
    if (page.length === PAGE_ROWS || (page.length > 0 && bytes + length > PAGE_BYTES)) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(thing);
    bytes += length;
  }
  if (page.length > 0) yield page;
}
