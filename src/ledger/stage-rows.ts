import type { PlannedOutcome } from "../domain/outcome.ts";
import { BulkInsert } from "./bulk-insert.ts";
import { type Cell, storable } from "./cells.ts";
import type { Database, Statement } from "./database.ts";

/** A row of the input, before it is compared with other rows. */
export interface StagedRow {
  /** Index of the input file, from 0. */
  readonly file: number;
  /** Physical line on which the record begins, from 1. */
  readonly line: number;
  /** The record's own text, without its line break. Stored once, with the record's first row. */
  readonly raw: string;
  /** Set if the record has several rows: its first row, or one that follows directly. */
  readonly recordPart?: "first" | "later" | undefined;
  readonly aliasFor: string;
  readonly alias: string;
  /** Compare form of `aliasFor`; null if it is not an address. */
  readonly primaryKey: string | null;
  /** Compare form of `alias`; null excludes the row from all comparisons. */
  readonly aliasKey: string | null;
  /** Compare form of a skipped row's alias. The row has no `aliasKey`, but the alias may be in place. */
  readonly skippedKey?: string | undefined;
  /** A question that only the complete input answers; see {@link RowStager.settle}. */
  readonly doubt?: string | undefined;
  /** The outcome of a row that is not to be sent, with its code and message. */
  readonly planned?:
    | { readonly outcome: PlannedOutcome; readonly code: string; readonly message: string }
    | undefined;
}

const COLUMNS = "seq, file, line, record, raw, alias_for, alias, primary_key, alias_key, plan, code, message";

/** Writes rows in input order. {@link add} commits them. */
export class RowStager {
  readonly #database: Database;
  readonly #insert: BulkInsert;
  readonly #insertSkipped: Statement;
  #seq = 0;
  /** Sequence number of the first row of the last record with several rows. */
  #record = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = new BulkInsert(database, "run.row", COLUMNS);
    this.#insertSkipped = database.statement("INSERT INTO run.skipped VALUES (?, ?)");
  }

  /** Number of rows added so far. */
  get count(): number {
    return this.#seq;
  }

  add(rows: readonly StagedRow[]): void {
    this.#database.transaction(() => {
      this.#insert.add(rows, (cells, row) => this.#append(cells, row));
    });
  }

  /**
   * Answers the `doubt` of an input's rows: plans them as `invalid` with a code and a message, or accepts them. Call this
   * before rows are compared.
   */
  settle(
    file: number,
    doubt: string,
    rejection: { readonly code: string; readonly message: string } | undefined,
  ): void {
    const rows = "WHERE file = ? AND plan IS NULL AND message = ?";
    const keys = rejection === undefined ? "" : ", primary_key = NULL, alias_key = NULL";
    this.#database
      .statement(`UPDATE run.row SET plan = ?, code = ?, message = ?${keys} ${rows}`)
      .run([
        rejection === undefined ? null : "invalid",
        rejection?.code ?? null,
        rejection?.message ?? null,
        file,
        doubt,
      ]);
  }

  #append(cells: Cell[], row: StagedRow): void {
    this.#seq += 1;
    const { planned, recordPart } = row;
    if (recordPart === "first") this.#record = this.#seq;
    cells.push(this.#seq, row.file, row.line, recordPart === undefined ? null : this.#record);
    cells.push(recordPart === "later" ? "" : storable(row.raw), storable(row.aliasFor), storable(row.alias));
    // Keys are parsed addresses, which contain no character that can't be stored.
    cells.push(row.primaryKey, row.aliasKey);
    if (row.skippedKey !== undefined) this.#insertSkipped.run([this.#seq, row.skippedKey]);
    if (planned === undefined) cells.push(null, null, row.doubt ?? null);
    else cells.push(planned.outcome, planned.code, storable(planned.message));
  }
}
