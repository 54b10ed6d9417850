import { join, resolve } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { beingMerged, copyDatabase } from "./copied-database.ts";
import { Database, integer, text } from "./database.ts";
import type { FileTraits } from "./database-file.ts";
import { clearDeadDryRuns } from "./dead-dry-runs.ts";
import { clearRunFolder, DRY_RUN, makeFolder, RUN_FILE, runFoldersWith } from "./run-folder.ts";
import { RunStore } from "./run-store.ts";
import { LEDGER_SCHEMA, RUN_MARK, RUN_SCHEMA } from "./schema.ts";

/** Whose aliases a ledger is about. */
export interface Account {
  readonly tenant: string;
  /** Whether the calls go to this machine: a rehearsal, whatever the tenant is called. */
  readonly loopback: boolean;
}

/** How fast calls could be made, as the last run that had answers saw it. */
export interface SeenPace {
  /** Calls in a window; absent where no answer told of a quota. */
  readonly quota?: { readonly calls: number; readonly windowMs: number };
  /** How long an answer usually took; absent after too few of them. */
  readonly latencyMs?: number;
}

/** What the SQL calls the ledger's file; a run's is `run`. */
const SCHEMA_NAME = "ledger";
/** To be raised, with a migration, when the tables change. */
const LEDGER_VERSION = "1";
const LEDGER_FILE = "ledger.db";

/**
 * What is known to be in place at Mimecast, over all runs with one folder: `FOLDER/ledger.db`.
 *
 * Opening it takes the folder's lock, which the operating system releases when the process dies. One run at a
 * time works in it, in a file of its own, `run.db` in the run's folder, which holds the run's rows, claims and
 * outcomes. At the run's end {@link RunStore.merge} brings them into the ledger, the result files are written,
 * and `run.db` goes. A folder that still has one is a run that was killed: the next run merges it first.
 * Merging twice changes nothing, so nothing needs to be atomic across the two files. Only folders that have the
 * name of a run are looked into, and only files of the tool's own are deleted there.
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
    clearDeadDryRuns(folder);
    const database = Database.open(path, SCHEMA_NAME);
    try {
      setUp(database, path, account);
      return new Ledger(folder, path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * A copy of the ledger as it is now, in `workFolder`, for a dry run, with what killed runs would bring into it:
   * the originals are neither locked nor changed, and may be in use. {@link discard} removes it. Throws a
   * RunError `locked` while a run is bringing its outcomes into the ledger.
   */
  static openCopy(folder: string, workFolder: string, nowEpochMs: number): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    makeFolder(workFolder);
    clearDeadDryRuns(folder);
    let database: Database | undefined;
    try {
      database = Database.open(join(workFolder, DRY_RUN.guard), "guard");
      const copy = join(workFolder, DRY_RUN.ledger);
      if (!copyDatabase(path, copy) && !copyDatabase(path, copy)) throw beingMerged(path);
      database.attach(copy, SCHEMA_NAME, { shownPath: path });
      setUp(database, path);
      const ledger = new Ledger(workFolder, path, database);
      for (const killed of runFoldersWith(RUN_FILE, folder)) ledger.#mergeCopyOf(killed, nowEpochMs);
      return ledger;
    } catch (error) {
      database?.close();
      clearRunFolder(workFolder);
      throw error;
    }
  }

  #mergeCopyOf(runFolder: string, nowEpochMs: number): void {
    const copy = join(this.#folder, DRY_RUN.killedRun);
    // One that changes is no killed run: a run is at work in it.
    if (!copyDatabase(join(runFolder, RUN_FILE), copy)) return;
    this.#openRun(copy, runFolder)?.merge(nowEpochMs);
    this.#database.detachIfThere("run");
  }

  /** Aliases that the ledger knows something of. */
  knownCount(): number {
    return integer(this.#database.first("SELECT count(*) FROM ledger.alias") ?? [], 0);
  }

  /** Folders of runs that were killed, oldest first. */
  unfinishedRuns(): string[] {
    return runFoldersWith(RUN_FILE, this.#folder);
  }

  /** Makes `folder` and begins a run in it. One run at a time. */
  beginRun(folder: string): RunStore {
    makeFolder(folder);
    return this.#beginRun(join(folder, RUN_FILE), folder);
  }

  /** Stages and plans in this copy, for a dry run. */
  beginDryRun(): RunStore {
    return this.#beginRun(join(this.#folder, DRY_RUN.rows), this.#folder);
  }

  #beginRun(path: string, folder: string): RunStore {
    this.#database.attach(path, "run", runTraits(folder));
    this.#database.transaction(() => this.#database.exec(RUN_SCHEMA));
    return new RunStore(this.#database, folder);
  }

  /** Closes a copy and removes it, with what a dry run did in it; the folder too if that leaves it empty. */
  discard(): void {
    this.#database.close();
    clearRunFolder(this.#folder);
  }

  /**
   * Opens a killed run; nothing if it died before it had put anything on record. Throws a RunError `output` where
   * `run.db` is damaged or not this tool's: it is left as it is.
   */
  openRun(folder: string): RunStore | undefined {
    return this.#openRun(join(folder, RUN_FILE), folder);
  }

  #openRun(path: string, folder: string): RunStore | undefined {
    this.#database.attach(path, "run", { ...runTraits(folder), shownPath: join(folder, RUN_FILE) });
    const tables = this.#database.first("SELECT count(*) FROM run.sqlite_schema");
    if (tables !== undefined && integer(tables, 0) > 0) return new RunStore(this.#database, folder);
    this.#database.detach("run");
    return undefined;
  }

  /** Closes the run that was begun or opened last. It stays unfinished. */
  leaveRun(): void {
    this.#database.detach("run");
  }

  /** Closes the run that was begun or opened last, and deletes `run.db`; the folder too if nothing is left in it. */
  endRun(folder: string): void {
    this.#database.detachIfThere("run");
    clearRunFolder(folder);
  }

  /** Releases the lock; `ledger.db` alone is a whole copy then. A run that was not ended stays unfinished. */
  close(): void {
    this.#database.close();
  }

  pace(): SeenPace {
    const [calls = 0, windowMs = 0, latencyMs = 0] = ["quota_calls", "quota_window_ms", "latency_ms"].map(
      (name) => Number(fact(this.#database, name) ?? 0),
    );
    return {
      ...(calls > 0 && windowMs > 0 ? { quota: { calls, windowMs } } : {}),
      ...(latencyMs > 0 ? { latencyMs } : {}),
    };
  }

  /** What is absent stays as it was. */
  rememberPace({ quota, latencyMs }: SeenPace): void {
    const facts = { quota_calls: quota?.calls, quota_window_ms: quota?.windowMs, latency_ms: latencyMs };
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) setFact(this.#database, name, String(value));
    }
  }
}

function runTraits(folder: string): FileTraits {
  return {
    kind: "run",
    mark: RUN_MARK,
    ifDamaged: `Move the folder ${resolve(folder)} away: its rows are then planned and sent again.`,
  };
}

function setUp(database: Database, path: string, account?: Account): void {
  database.transaction(() => {
    database.exec(LEDGER_SCHEMA);
    checkVersion(database, path);
    if (account !== undefined) claimFor(database, account, path);
  });
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
