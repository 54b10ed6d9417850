import type { PlannedOutcome } from "../domain/outcome.ts";
import { type Cell, storable } from "./cells.ts";
import type { Database, Statement } from "./database.ts";

/** A row as the input gave it, before it is compared with any other. */
export interface StagedRow {
  /** Index of the input file, from 0. */
  readonly file: number;
  /** Physical line on which the record begins, from 1. */
  readonly line: number;
  /** The record's own text, without its line break. Kept once, with the record's first row. */
  readonly raw: string;
  /** Set where the record has several rows: its first one, and those that follow it directly. */
  readonly recordPart?: "first" | "later" | undefined;
  readonly aliasFor: string;
  readonly alias: string;
  /** Compare form of `aliasFor`; null where it is no address. */
  readonly primaryKey: string | null;
  /** Compare form of `alias`; null keeps the row out of every comparison. */
  readonly aliasKey: string | null;
  /** Compare form of the alias of a skipped row, which has no `aliasKey`: it may be in place all the same. */
  readonly skippedKey?: string | undefined;
  /** A doubt that only the whole input settles; see {@link RowStager.settle}. */
  readonly doubt?: string | undefined;
  /** The outcome that the row has by itself already, with its code and message. */
  readonly planned?:
    | { readonly outcome: PlannedOutcome; readonly code: string; readonly message: string }
    | undefined;
}

const COLUMNS = "seq, file, line, record, raw, alias_for, alias, primary_key, alias_key, plan, code, message";
const ROW_PLACEHOLDERS = `(${COLUMNS.replaceAll(/\w+/g, "?")})`;
/** Rows in one INSERT: binding once for many takes three fifths of the time of binding for each. */
const ROWS_PER_INSERT = 50;

/** Writes rows in the order in which they come. {@link add} commits, so nothing is held back. */
export class RowStager {
  readonly #database: Database;
  readonly #insertMany: Statement;
  readonly #insertOne: Statement;
  readonly #insertSkipped: Statement;
  #seq = 0;
  /** The first row of the record of several rows that was begun last. */
  #record = 0;

  constructor(database: Database) {
    this.#database = database;
    const values = Array.from({ length: ROWS_PER_INSERT }, () => ROW_PLACEHOLDERS).join(", ");
    this.#insertMany = database.statement(`INSERT INTO run.row (${COLUMNS}) VALUES ${values}`);
    this.#insertOne = database.statement(`INSERT INTO run.row (${COLUMNS}) VALUES ${ROW_PLACEHOLDERS}`);
    this.#insertSkipped = database.statement("INSERT INTO run.skipped VALUES (?, ?)");
  }

  get count(): number {
    return this.#seq;
  }

  add(rows: readonly StagedRow[]): void {
    this.#database.transaction(() => {
      let from = 0;
      for (; from + ROWS_PER_INSERT <= rows.length; from += ROWS_PER_INSERT) {
        const cells: Cell[] = [];
        for (const row of rows.slice(from, from + ROWS_PER_INSERT)) this.#append(cells, row);
        this.#insertMany.run(cells);
      }
      for (const row of rows.slice(from)) {
        const cells: Cell[] = [];
        this.#append(cells, row);
        this.#insertOne.run(cells);
      }
    });
  }

  /**
   * Settles a doubt about rows of an input: refuses them as `invalid` with a code and a message, or lets them be. To be
   * called before rows are compared.
   */
  settle(
    file: number,
    doubt: string,
    refused: { readonly code: string; readonly message: string } | undefined,
  ): void {
    const rows = "WHERE file = ? AND plan IS NULL AND message = ?";
    const keys = refused === undefined ? "" : ", primary_key = NULL, alias_key = NULL";
    this.#database
      .statement(`UPDATE run.row SET plan = ?, code = ?, message = ?${keys} ${rows}`)
      .run([
        refused === undefined ? null : "invalid",
        refused?.code ?? null,
        refused?.message ?? null,
        file,
        doubt,
      ]);
  }

  #append(cells: Cell[], row: StagedRow): void {
    this.#seq += 1;
    const { recordPart: part, planned: refused } = row;
    if (part === "first") this.#record = this.#seq;
    cells.push(this.#seq, row.file, row.line, part === undefined ? null : this.#record);
    cells.push(part === "later" ? "" : storable(row.raw), storable(row.aliasFor), storable(row.alias));
    // Keys are checked addresses, and hold nothing that can't be stored.
    cells.push(row.primaryKey, row.aliasKey);
    if (row.skippedKey !== undefined) this.#insertSkipped.run([this.#seq, row.skippedKey]);
    if (refused === undefined) cells.push(null, null, row.doubt ?? null);
    else cells.push(refused.outcome, refused.code, storable(refused.message));
  }
}
