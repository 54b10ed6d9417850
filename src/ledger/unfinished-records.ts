import { inBatches, queryBatches } from "./batches.ts";
import { integer, text } from "./cells.ts";
import type { Database } from "./database.ts";

/** A record with rows to fix or to retry. */
export interface UnfinishedRecord {
  /** Index of the input file, from 0. */
  readonly file: number;
  /** The record's own text. */
  readonly raw: string;
  /** Indexes of its unfinished rows, from 0; absent if all rows are unfinished. */
  readonly rows?: readonly number[];
}

/**
 * Yields the records with at least one row that matches `filter`, each once, in input order, in batches. Reads a
 * record's text once, however many rows it has.
 */
export function* unfinishedRecords(
  database: Database,
  filter: string,
): Generator<readonly UnfinishedRecord[], void, undefined> {
  yield* inBatches(eachUnfinished(database, filter), ({ raw }) => raw.length);
}

function* eachUnfinished(database: Database, filter: string): Generator<UnfinishedRecord, void, undefined> {
  const rawOf = database.statement("SELECT raw FROM run.row WHERE seq = ?");
  const recordOf = database.statement("SELECT record FROM run.row WHERE seq = ?");
  const columns = "seq, file, record, CASE WHEN record IS NULL THEN raw END";
  let open: { readonly file: number; readonly first: number; readonly rows: number[] } | undefined;

  const close = (): UnfinishedRecord[] => {
    if (open === undefined) return [];
    const { file, first, rows } = open;
    open = undefined;
    const raw = text(rawOf.first([first]) ?? [], 0);
    // A record's rows are consecutive: if the row `rows.length` places after the first belongs to another record, every
    // row of this record is unfinished.
    const [following] = recordOf.first([first + rows.length]) ?? [];
    return [following !== first ? { file, raw } : { file, raw, rows }];
  };

  for (const batch of queryBatches(database, { columns, from: "run.row_result", filter }, (row) => row)) {
    for (const row of batch) {
      const seq = integer(row, 0);
      const file = integer(row, 1);
      const [, , record] = row;
      if (typeof record !== "number") {
        yield* close();
        yield { file, raw: text(row, 3) };
        continue;
      }
      if (open?.first !== record) {
        yield* close();
        open = { file, first: record, rows: [] };
      }
      open.rows.push(seq - record);
    }
  }
  yield* close();
}
