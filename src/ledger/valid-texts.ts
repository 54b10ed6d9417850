import { isUtf8 } from "node:buffer";
import { queryBatches } from "./batches.ts";
import type { Database } from "./database.ts";

/**
 * Checks of texts in files that may be damaged. libsql ends the process when it reads a text that is not valid UTF-8, so
 * each text is read as a blob and checked before its first use. All checks throw a RunError `output` that names the file.
 * To check every alias when the ledger is opened would take half a second for a million of them, so only those that a
 * run reads are checked.
 */

/** Checks the ledger's metadata. */
export function checkMetadata(database: Database): void {
  checkTable(database, "ledger", "fact", "name, value");
}

/** Checks the names of runs, which are parts of messages. */
export function checkRunNames(database: Database): void {
  checkTable(database, "ledger", "run_name", "name");
}

/** Checks the messages that planning built from texts of the ledger. */
export function checkConflicts(database: Database): void {
  checkBatches(database, "ledger", {
    columns: "CAST(message AS BLOB)",
    from: "run.row",
    filter: "AND plan = 'conflict'",
  });
}

/** Checks all texts of a killed run. */
export function checkRun(database: Database): void {
  checkTable(database, "run", "fact", "name, value");
  const texts = "raw, alias_for, alias, alias_key, primary_key, outcome, code, message, request_id";
  checkBatches(database, "run", {
    columns: `CAST(concat_ws(',', ${texts}) AS BLOB)`,
    from: "run.row_result",
    filter: "",
  });
}

/** Returns the text of a blob. */
export function validText(database: Database, schema: string, cell: unknown): string {
  if (!(cell instanceof Uint8Array && isUtf8(cell))) {
    throw database.damage(schema, "it contains a text that is not valid UTF-8");
  }
  return Buffer.from(cell).toString();
}

function checkTable(database: Database, schema: string, table: string, columns: string): void {
  const [texts] = database.first(
    `SELECT CAST(coalesce(group_concat(concat_ws(',', ${columns})), '') AS BLOB) FROM ${schema}.${table}`,
  ) ?? [null];
  validText(database, schema, texts);
}

function checkBatches(database: Database, schema: string, query: Parameters<typeof queryBatches>[1]): void {
  for (const batch of queryBatches(database, query, ([texts]) => texts)) {
    for (const texts of batch) validText(database, schema, texts);
  }
}
