import { platform } from "node:os";
import { shellQuote } from "../domain/command-line.ts";
import { RunError } from "../domain/run-error.ts";
import { text } from "./cells.ts";
import type { Database } from "./database.ts";
import { LEDGER_FACTS, LEDGER_MARK, LEDGER_SCHEMA } from "./schema.ts";
import { checkFacts, checkRunNames } from "./valid-texts.ts";

/** Whose aliases a ledger is about. */
export interface LedgerOwner {
  readonly tenant: string;
  /** Whether the calls go to this machine: a rehearsal, whatever the tenant is called. */
  readonly loopback: boolean;
}

/** To be raised, with a step in {@link MIGRATIONS}, when the tables change. */
const LEDGER_VERSION = "2";

/** What brings a ledger of an earlier format to the next one. Each takes no time, however many aliases there are. */
const MIGRATIONS: Readonly<Record<string, { readonly next: string; readonly sql: string }>> = {
  // 2 knows which run put an alias in place, and which had no answer, and when.
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
 * Makes the tables where they are missing, and brings those of an earlier version up to date, in place. With an
 * account, claims the ledger for it. Throws a RunError `settings` where the ledger is another account's, or of a
 * later version, which this one must not write; it is then left as it was. Throws one `output` where it is damaged.
 */
export function migrate(database: Database, path: string, account?: LedgerOwner): void {
  database.transaction(() => {
    database.exec(LEDGER_FACTS);
    checkFacts(database);
    runMigrations(database, path);
    database.exec(LEDGER_SCHEMA);
    if (database.number("PRAGMA ledger.application_id") !== LEDGER_MARK) {
      database.exec(`PRAGMA ledger.application_id = ${LEDGER_MARK}`);
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

export function getMeta(database: Database, name: string): string | undefined {
  const row = database.first("SELECT value FROM ledger.fact WHERE name = ?", [name]);
  return row === undefined ? undefined : text(row, 0);
}

export function setMeta(database: Database, name: string, value: string): void {
  database.run("INSERT INTO ledger.fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", [
    name,
    value,
  ]);
}
