import { BulkInsert } from "./bulk-insert.ts";
import { integer, storable, textOrNull } from "./cells.ts";
import { Database } from "./database.ts";

/** A row of a table to compare, as two texts: its key, and its whole content. */
export interface ComparedRow {
  readonly key: string;
  readonly content: string;
}

/** An added, removed or changed row: at least one of the two is defined, and they differ. */
export interface RowChange {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const BATCH_ROWS = 1_000;

/**
 * Finds the differences between two tables of any size and order. SQLite sorts them on disk. Rows with the same key are
 * paired in the order of their content.
 */
export class TableDiff {
  readonly #database: Database;
  readonly #insert: BulkInsert;

  /** `folder`: for temporary files, which are unnamed and deleted when the process ends. */
  constructor(folder: string) {
    this.#database = Database.temporary(folder);
    this.#database.exec(
      "CREATE TEMP TABLE compared (key TEXT NOT NULL, side INTEGER NOT NULL, content TEXT NOT NULL)",
    );
    this.#insert = new BulkInsert(this.#database, "temp.compared", "key, side, content");
  }

  /** Adds rows to one of the two tables. */
  add(side: keyof RowChange, rows: readonly ComparedRow[]): void {
    this.#database.transaction(() => {
      this.#insert.add(rows, (cells, { key, content }) => {
        cells.push(storable(key), SIDES[side], storable(content));
      });
    });
  }

  /** Yields the changes, sorted by key, in batches. Call it once, after all rows are added. */
  *changes(): Generator<readonly RowChange[], void, undefined> {
    this.#database.exec(FIND_CHANGES);
    const batch = this.#database.statement(
      `SELECT rowid, old_content, new_content FROM change WHERE rowid > ? ORDER BY rowid LIMIT ${BATCH_ROWS}`,
    );
    for (let last = 0; ; ) {
      const rows = batch.all([last]);
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map((row) => ({
        before: textOrNull(row, 1) ?? undefined,
        after: textOrNull(row, 2) ?? undefined,
      }));
      last = integer(end, 0);
    }
  }

  close(): void {
    this.#database.close();
  }
}

const SIDES = { before: 0, after: 1 } as const;

const FIND_CHANGES = `
  CREATE TEMP TABLE change AS
  WITH numbered AS (
    SELECT key, side, content, row_number() OVER (PARTITION BY key, side ORDER BY content) AS number FROM compared
  )
  SELECT
    max(CASE side WHEN ${SIDES.before} THEN content END) AS old_content,
    max(CASE side WHEN ${SIDES.after} THEN content END) AS new_content
  FROM numbered
  GROUP BY key, number
  HAVING old_content IS NOT new_content
  ORDER BY key, number`;
