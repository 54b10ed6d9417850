import { platform } from "node:os";
import { shellQuote } from "../domain/command-line.ts";
import { RunError } from "../domain/run-error.ts";
import { text } from "./cells.ts";
import type { Database } from "./database.ts";
import { LEDGER_APPLICATION_ID, LEDGER_METADATA, LEDGER_SCHEMA } from "./schema.ts";
import { checkMetadata, checkRunNames } from "./valid-texts.ts";

/** The account that a ledger belongs to. */
export interface LedgerOwner {
  readonly tenant: string;
  /** True if the calls go to this machine: then it is a rehearsal, whatever the tenant's name. */
  readonly loopback: boolean;
}

/** Schema version. Increase it, with a step in {@link MIGRATIONS}, when the tables change. */
const LEDGER_VERSION = "2";

/** Migrations from each schema version to the next. Each takes constant time, whatever the number of aliases. */
const MIGRATIONS: Readonly<Record<string, { readonly next: string; readonly sql: string }>> = {
  // Version 2 stores which run put an alias in place, which run got no answer, and when.
  "1": {
    next: "2",
    sql: `
      ALTER TABLE ledger.alias ADD COLUMN in_place_run INTEGER;
      ALTER TABLE ledger.alias ADD COLUMN unanswered_run INTEGER;
      ALTER TABLE ledger.alias ADD COLUMN unanswered_at INTEGER;
    `,
  },
};

/**
 * Creates missing tables and migrates those of an earlier version, in place. With an account, binds the ledger to it.
 * Throws a RunError `settings` if the ledger belongs to another account or has a later version, which this version must
 * not write, and `output` if it is damaged. The ledger is then unchanged.
 */
export function migrate(database: Database, path: string, account?: LedgerOwner): void {
  database.transaction(() => {
    database.exec(LEDGER_METADATA);
    checkMetadata(database);
    runMigrations(database, path);
    database.exec(LEDGER_SCHEMA);
    if (database.number("PRAGMA ledger.application_id") !== LEDGER_APPLICATION_ID) {
      database.exec(`PRAGMA ledger.application_id = ${LEDGER_APPLICATION_ID}`);
    }
    checkRunNames(database);
    if (account !== undefined) bindToAccount(database, account, path);
  });
}

function runMigrations(database: Database, path: string): void {
  const found = getMeta(database, "version");
  let version = found ?? LEDGER_VERSION;
  while (version !== LEDGER_VERSION) {
    const step = MIGRATIONS[version];
    if (step === undefined) {
      throw new RunError(
        "settings",
        `${path} has the format ${version}, and this version of the tool knows ${LEDGER_VERSION}. Use the version that wrote it, or a newer one, or another --out folder.`,
      );
    }
    database.exec(step.sql);
    version = step.next;
  }
  if (version !== found) setMeta(database, "version", version);
}

function bindToAccount(database: Database, account: LedgerOwner, path: string): void {
  const tenant = getMeta(database, "tenant");
  if (tenant === undefined) {
    setMeta(database, "tenant", account.tenant);
    setMeta(database, "loopback", String(account.loopback));
    return;
  }
  const loopback = getMeta(database, "loopback") === "true";
  if (loopback !== account.loopback) {
    throw new RunError(
      "settings",
      `${path} belongs to ${loopback ? "a rehearsal on this machine" : "a real account"} (${tenant}), but these settings are for ${account.loopback ? "a loopback address" : "a real account"} (${account.tenant}). Use another --out folder.`,
    );
  }
  if (tenant !== account.tenant) {
    throw new RunError(
      "settings",
      `${path} belongs to the account "${tenant}", but these credentials are for "${account.tenant}". Use another --out folder; or, if it is the same account with new credentials, set MIMECAST_TENANT=${shellQuote(tenant, platform())}`,
    );
  }
}

/** Returns a metadata value of the ledger. */
export function getMeta(database: Database, name: string): string | undefined {
  const row = database.first("SELECT value FROM ledger.fact WHERE name = ?", [name]);
  return row === undefined ? undefined : text(row, 0);
}

/** Sets a metadata value of the ledger. */
export function setMeta(database: Database, name: string, value: string): void {
  database.run("INSERT INTO ledger.fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", [
    name,
    value,
  ]);
}
