import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { Database, integer, text } from "./database.ts";
import { RunStore } from "./run-store.ts";
import { LEDGER_SCHEMA, RUN_SCHEMA } from "./schema.ts";

/** Whose aliases a ledger is about. */
export interface Account {
  readonly tenant: string;
  /** Whether the calls go to this machine: a rehearsal, whatever the tenant is called. */
  readonly loopback: boolean;
}

/** Calls in a window, as an answer's headers last told. */
export interface SeenQuota {
  readonly calls: number;
  readonly windowMs: number;
}

/** What the SQL calls the ledger's file; a run's is `run`. */
const SCHEMA_NAME = "ledger";
/** To be raised, with a migration, when the tables change. */
const LEDGER_VERSION = "1";
const RUN_FILE = "run.db";
const LEDGER_FILE = "ledger.db";
/** What a dry run works in; not a run's file, so no later run takes it for one that was killed. */
const DRY_RUN_FILE = "dry-run.db";
const LEDGER_COPY_FILE = "dry-run-ledger.db";

/**
 * What is known to be in place at Mimecast, over all runs with one folder: `FOLDER/ledger.db`.
 *
 * Opening it takes the folder's lock, which the operating system releases when the process dies. One run at a
 * time works in it, in a file of its own, `run.db` in the run's folder, which holds the run's rows, claims and
 * outcomes. At the run's end {@link RunStore.merge} brings them into the ledger, the result files are written,
 * and `run.db` goes. A folder that still has one is a run that was killed: the next run merges it first.
 * Merging twice changes nothing, so nothing needs to be atomic across the two files.
 */
export class Ledger {
  readonly path: string;
  readonly #folder: string;
  readonly #database: Database;

  private constructor(folder: string, path: string, database: Database) {
    this.#folder = folder;
    this.path = path;
    this.#database = database;
  }

  /**
   * Makes the folder and the ledger where they are missing. Throws a RunError: `locked` while another run has
   * it, `settings` if it belongs to another account, `output` if it can't be written.
   */
  static open(folder: string, account: Account): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    makeFolder(folder);
    const database = Database.open(path, SCHEMA_NAME);
    try {
      database.transaction(() => {
        database.exec(LEDGER_SCHEMA);
        checkVersion(database, path);
        claimFor(database, account, path);
      });
      return new Ledger(folder, path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * A copy of the ledger as it is now, in `workFolder`, for a dry run: the ledger itself is neither locked nor
   * changed, and may be in use. {@link discard} removes it.
   */
  static openCopy(folder: string, workFolder: string): Ledger {
    makeFolder(workFolder);
    const copy = join(workFolder, LEDGER_COPY_FILE);
    // The log first: folded into the file meanwhile, it is the same again; the other way round it would be lost.
    for (const suffix of ["-wal", ""]) {
      const original = join(folder, `${LEDGER_FILE}${suffix}`);
      if (existsSync(original)) copyFileSync(original, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
    }
    const path = resolve(folder, LEDGER_FILE);
    const database = Database.open(copy, SCHEMA_NAME, path);
    try {
      database.transaction(() => {
        database.exec(LEDGER_SCHEMA);
        checkVersion(database, path);
      });
      return new Ledger(workFolder, path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Aliases that the ledger knows something of. */
  knownCount(): number {
    return integer(this.#database.first("SELECT count(*) FROM ledger.alias") ?? [], 0);
  }

  /** Folders of runs that were killed, oldest first. */
  unfinishedRuns(): string[] {
    return readdirSync(this.#folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(this.#folder, entry.name, RUN_FILE)))
      .map((entry) => join(this.#folder, entry.name))
      .sort();
  }

  /** Makes `folder` and begins a run in it. One run at a time. */
  beginRun(folder: string): RunStore {
    makeFolder(folder);
    this.#database.attach(join(folder, RUN_FILE), "run");
    this.#database.transaction(() => this.#database.exec(RUN_SCHEMA));
    return new RunStore(this.#database, folder);
  }

  /** Stages and plans in this copy, for a dry run. */
  beginDryRun(): RunStore {
    this.#database.attach(join(this.#folder, DRY_RUN_FILE), "run");
    this.#database.transaction(() => this.#database.exec(RUN_SCHEMA));
    return new RunStore(this.#database, this.#folder);
  }

  /** Removes a copy and what a dry run did in it. */
  discard(): void {
    this.#database.close();
    for (const file of [DRY_RUN_FILE, LEDGER_COPY_FILE]) {
      for (const suffix of ["-wal", ""]) rmSync(join(this.#folder, `${file}${suffix}`), { force: true });
    }
  }

  /** Opens a killed run; nothing if it died before it had put anything on record. */
  openRun(folder: string): RunStore | undefined {
    this.#database.attach(join(folder, RUN_FILE), "run");
    const tables = this.#database.first("SELECT count(*) FROM run.sqlite_schema");
    if (tables !== undefined && integer(tables, 0) > 0) return new RunStore(this.#database, folder);
    this.#database.detach("run");
    return undefined;
  }

  /** Ends the run that was begun or opened last: `run.db` is closed and, unless `keep`, deleted. */
  endRun(folder: string, keep = false): void {
    this.#database.detach("run");
    if (keep) return;
    // The log first: a database without its log is the older state, a log without its database is nothing.
    for (const file of [`${RUN_FILE}-wal`, RUN_FILE]) rmSync(join(folder, file), { force: true });
  }

  /** Releases the lock; `ledger.db` alone is a whole copy then. A run that was not ended stays unfinished. */
  close(): void {
    this.#database.close();
  }

  quota(): SeenQuota | undefined {
    const calls = Number(this.#fact("quota_calls"));
    const windowMs = Number(this.#fact("quota_window_ms"));
    return calls > 0 && windowMs > 0 ? { calls, windowMs } : undefined;
  }

  rememberQuota(quota: SeenQuota): void {
    setFact(this.#database, "quota_calls", String(quota.calls));
    setFact(this.#database, "quota_window_ms", String(quota.windowMs));
  }

  #fact(name: string): string {
    return fact(this.#database, name) ?? "";
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunError(
      "output",
      `The folder ${resolve(folder)} can't be made (${reason}). Name another one with --out, or give write permission.`,
      { cause: error },
    );
  }
}

/** A ledger that a later version has changed must not be written by this one. */
function checkVersion(database: Database, path: string): void {
  const version = fact(database, "version");
  if (version === undefined) setFact(database, "version", LEDGER_VERSION);
  else if (version !== LEDGER_VERSION) {
    throw new RunError(
      "settings",
      `${path} has the format ${version}, and this version of the tool knows ${LEDGER_VERSION}. Use the version that wrote it, or a newer one, or another --out folder.`,
    );
  }
}

function claimFor(database: Database, account: Account, path: string): void {
  const tenant = fact(database, "tenant");
  if (tenant === undefined) {
    setFact(database, "tenant", account.tenant);
    setFact(database, "loopback", String(account.loopback));
    return;
  }
  const loopback = fact(database, "loopback") === "true";
  if (loopback !== account.loopback) {
    throw new RunError(
      "settings",
      `${path} belongs to ${loopback ? "a rehearsal on this machine" : "a real account"} (${tenant}), but these settings are for ${account.loopback ? "a loopback address" : "a real account"} (${account.tenant}). Use another --out folder.`,
    );
  }
  if (tenant !== account.tenant) {
    throw new RunError(
      "settings",
      `${path} belongs to the account "${tenant}", but these credentials are for "${account.tenant}". Use another --out folder; or, if it is the same account with new credentials, set MIMECAST_TENANT=${tenant}`,
    );
  }
}

function fact(database: Database, name: string): string | undefined {
  const row = database.first("SELECT value FROM ledger.fact WHERE name = ?", [name]);
  return row === undefined ? undefined : text(row, 0);
}

function setFact(database: Database, name: string, value: string): void {
  database.run("INSERT INTO ledger.fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", [
    name,
    value,
  ]);
}
