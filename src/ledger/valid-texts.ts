import { isUtf8 } from "node:buffer";
import { queryBatches } from "./batches.ts";
import type { Database } from "./database.ts";

/**
 * Texts of a file that may be damaged. Where libsql reads a text that is not valid UTF-8, it ends the process; so each
 * text is checked as a blob before it is read for the first time. All of these throw a RunError `output` that names the
 * file. A check of every alias when the ledger is opened would take half a second for a million of them, so only those
 * that a run reads are checked.
 */

/** Checks the small tables of the ledger, of which each run reads all. */
export function checkFacts(database: Database): void {
  checkTable(database, "ledger", "fact", "name, value");
}

/** The names are parts of messages. */
export function checkRunNames(database: Database): void {
  checkTable(database, "ledger", "run_name", "name");
}

/** Checks the messages that planning has made of texts of the ledger. */
export function checkConflicts(database: Database): void {
  checkPages(database, "ledger", {
    columns: "CAST(message AS BLOB)",
    from: "run.row",
    filter: "AND plan = 'conflict'",
  });
}

/** Checks all texts of a killed run. */
export function checkRun(database: Database): void {
  checkTable(database, "run", "fact", "name, value");
  const texts = "raw, alias_for, alias, alias_key, primary_key, outcome, code, message, request_id";
  checkPages(database, "run", {
    columns: `CAST(concat_ws(',', ${texts}) AS BLOB)`,
    from: "run.ending",
    filter: "",
  });
}

/** The text that a query gave as a blob. */
export function validText(database: Database, schema: string, cell: unknown): string {
  if (!(cell instanceof Uint8Array && isUtf8(cell))) {
    throw database.damage(schema, "it holds a text that is not valid UTF-8");
  }
  return Buffer.from(cell).toString();
}

function checkTable(database: Database, schema: string, table: string, columns: string): void {
  const [texts] = database.first(
    `SELECT CAST(coalesce(group_concat(concat_ws(',', ${columns})), '') AS BLOB) FROM ${schema}.${table}`,
  ) ?? [null];
  validText(database, schema, texts);
}

function checkPages(database: Database, schema: string, query: Parameters<typeof queryBatches>[1]): void {
  for (const page of queryBatches(database, query, ([texts]) => texts)) {
    for (const texts of page) validText(database, schema, texts);
  }
}
