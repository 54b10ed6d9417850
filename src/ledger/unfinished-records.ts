import { inBatches, queryBatches } from "./batches.ts";
import { integer, text } from "./cells.ts";
import type { Database } from "./database.ts";

/** A record some of whose rows are left to be mended or run again. */
export interface UnfinishedRecord {
  /** Index of the input file, from 0. */
  readonly file: number;
  /** The record's own text. */
  readonly raw: string;
  /** Which of its rows are left, from 0; absent where all are. */
  readonly rows?: readonly number[];
}

/**
 * Records of which at least one row passes `filter`, each once, in the order of the input, a page at a time.
 * A record's text is asked for once, however many rows it has.
 */
export function* unfinishedRecords(
  database: Database,
  filter: string,
): Generator<readonly UnfinishedRecord[], void, undefined> {
  yield* inBatches(eachLeft(database, filter), ({ raw }) => raw.length);
}

function* eachLeft(database: Database, filter: string): Generator<UnfinishedRecord, void, undefined> {
  const rawOf = database.statement("SELECT raw FROM run.row WHERE seq = ?");
  const recordOf = database.statement("SELECT record FROM run.row WHERE seq = ?");
  const columns = "seq, file, record, CASE WHEN record IS NULL THEN raw END";
  let open: { readonly file: number; readonly first: number; readonly rows: number[] } | undefined;

  const closed = (): UnfinishedRecord[] => {
    if (open === undefined) return [];
    const { file, first, rows } = open;
    open = undefined;
    const raw = text(rawOf.first([first]) ?? [], 0);
    // Its rows follow one another, so the one behind as many as are left is another record's only if all are left.
    const [behind] = recordOf.first([first + rows.length]) ?? [];
    return [behind !== first ? { file, raw } : { file, raw, rows }];
  };

  for (const page of queryBatches(database, { columns, from: "run.ending", filter }, (row) => row)) {
    for (const row of page) {
      const seq = integer(row, 0);
      const file = integer(row, 1);
      const [, , record] = row;
      if (typeof record !== "number") {
        yield* closed();
        yield { file, raw: text(row, 3) };
        continue;
      }
      if (open?.first !== record) {
        yield* closed();
        open = { file, first: record, rows: [] };
      }
      open.rows.push(seq - record);
    }
  }
  yield* closed();
}
