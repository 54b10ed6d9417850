import { basename } from "node:path";
import { storable, text } from "./cells.ts";
import type { Database } from "./database.ts";
import { Journal } from "./journal.ts";
import { mergeRun } from "./merge-run.ts";
import { type PlanRules, planRows } from "./plan-rows.ts";
import { ReportQueries } from "./report-queries.ts";
import { RunQueries } from "./run-queries.ts";
import { RowStager } from "./stage-rows.ts";
import { checkConflicts } from "./valid-texts.ts";

/** The database of one run: its rows, their plan and their outcomes. */
export class RunStore {
  readonly folder: string;
  readonly read: RunQueries;
  readonly report: ReportQueries;
  readonly #database: Database;

  constructor(database: Database, folder: string) {
    this.#database = database;
    this.folder = folder;
    this.read = new RunQueries(database);
    this.report = new ReportQueries(database);
  }

  /** Sets a metadata value of the run, such as the manifest. */
  setMeta(name: string, value: string): void {
    this.#database.run(
      "INSERT INTO run.fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      [name, storable(value)],
    );
  }

  getMeta(name: string): string | undefined {
    const row = this.#database.first("SELECT value FROM run.fact WHERE name = ?", [name]);
    return row === undefined ? undefined : text(row, 0);
  }

  stager(): RowStager {
    return new RowStager(this.#database);
  }

  plan(rules: PlanRules): void {
    planRows(this.#database, rules);
    checkConflicts(this.#database);
  }

  journal(): Journal {
    return new Journal(this.#database);
  }

  /** Merges the run's outcomes into the ledger. Idempotent. */
  merge(endedAtEpochMs: number): void {
    mergeRun(this.#database, basename(this.folder), endedAtEpochMs);
  }
}
