import { type Cell, integer, storable, textOrNull } from "./cells.ts";
import { Database, type Statement } from "./database.ts";

/** A row of a table that is compared, as two texts: what tells it from the others, and all of it. */
export interface ComparedRow {
  readonly key: string;
  readonly content: string;
}

/** What became of a row: at least one of the two is there, and they differ. */
export interface RowChange {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Rows in one INSERT: binding once for many takes three fifths of the time of binding for each. */
const ROWS_PER_INSERT = 50;
const ROW_PLACEHOLDERS = "(?, ?, ?)";
const PAGE_ROWS = 1_000;

/**
 * Finds what differs between two tables of any size, each in whatever order: SQLite sorts them on disk. Rows of one
 * key are paired in the order of their content.
 */
export class TableDiff {
  readonly #database: Database;
  readonly #insertMany: Statement;
  readonly #insertOne: Statement;

  /** `folder`: for temporary files, which nobody else can open and which are gone with the process. */
  constructor(folder: string) {
    this.#database = Database.temporary(folder);
    this.#database.exec(
      "CREATE TEMP TABLE compared (key TEXT NOT NULL, side INTEGER NOT NULL, content TEXT NOT NULL)",
    );
    const values = Array.from({ length: ROWS_PER_INSERT }, () => ROW_PLACEHOLDERS).join(", ");
    this.#insertMany = this.#database.statement(`INSERT INTO compared VALUES ${values}`);
    this.#insertOne = this.#database.statement(`INSERT INTO compared VALUES ${ROW_PLACEHOLDERS}`);
  }

  add(side: keyof RowChange, rows: readonly ComparedRow[]): void {
    const cells = rows.map(({ key, content }): Cell[] => [storable(key), SIDES[side], storable(content)]);
    this.#database.transaction(() => {
      let from = 0;
      for (; from + ROWS_PER_INSERT <= cells.length; from += ROWS_PER_INSERT) {
        this.#insertMany.run(cells.slice(from, from + ROWS_PER_INSERT).flat());
      }
      for (const row of cells.slice(from)) this.#insertOne.run(row);
    });
  }

  /** The changes, sorted by key, in pages. To be asked for once, when all rows are there. */
  *changes(): Generator<readonly RowChange[], void, undefined> {
    this.#database.exec(FIND_CHANGES);
    const page = this.#database.statement(
      `SELECT rowid, was, now FROM change WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE_ROWS}`,
    );
    for (let last = 0; ; ) {
      const rows = page.all([last]);
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
    max(CASE side WHEN ${SIDES.before} THEN content END) AS was,
    max(CASE side WHEN ${SIDES.after} THEN content END) AS now
  FROM numbered
  GROUP BY key, number
  HAVING was IS NOT now
  ORDER BY key, number`;
