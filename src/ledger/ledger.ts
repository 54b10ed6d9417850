import { join, resolve } from "node:path";
import { beingMerged, copyDatabase } from "./copy-database.ts";
import { Database } from "./database.ts";
import type { FileTraits } from "./database-error.ts";
import { getMeta, type LedgerOwner, migrate, setMeta } from "./migrations.ts";
import {
  clearRunFolder,
  DRY_RUN,
  makeFolder,
  makeRunFolder,
  RUN_FILE,
  removeStaleWork,
  runFoldersWith,
} from "./run-folder.ts";
import { RunStore } from "./run-store.ts";
import { LEDGER_APPLICATION_ID, RESULT_VIEW, RUN_APPLICATION_ID, RUN_SCHEMA } from "./schema.ts";
import { checkRun, validText } from "./valid-texts.ts";

/** The call rate that the last run with responses observed. */
export interface ObservedRate {
  /** Calls in a window; absent if no response reported a quota. */
  readonly quota?: { readonly calls: number; readonly windowMs: number };
  /** The usual latency; absent after too few responses. */
  readonly latencyMs?: number;
}

/** Schema name of the ledger's file in SQL. A run's file is `run`. */
const SCHEMA_NAME = "ledger";
const LEDGER_FILE = "ledger.db";
const LEDGER_TRAITS: FileTraits = {
  applicationId: LEDGER_APPLICATION_ID,
  tablesWithoutId: ["fact", "alias"],
};

/**
 * The aliases known to be in place at Mimecast, over all runs with one folder: `FOLDER/ledger.db`.
 *
 * Opening the ledger locks the folder. The operating system releases the lock when the process dies. One run at a time
 * uses the folder. Its rows, claims and outcomes are in a separate file, `run.db` in the run's folder. At the end of the
 * run, {@link RunStore.merge} merges them into the ledger, the result files are written, and `run.db` is deleted. If a
 * folder still has a `run.db`, its run was killed: the next run merges it first. Merging is idempotent, so nothing must
 * be atomic across the two files. Only folders with the name of a run are searched, and only files that the tool created
 * are deleted there.
 */
export class Ledger {
  readonly path: string;
  readonly #folder: string;
  readonly #database: Database;
  /** Folders of killed runs whose texts were checked, because each is opened twice. */
  readonly #checkedRuns = new Set<string>();

  private constructor(folder: string, path: string, database: Database) {
    this.#folder = folder;
    this.path = path;
    this.#database = database;
  }

  /**
   * Opens the ledger; creates it and its folder if they are missing. Throws a RunError: `locked` while another run has
   * it, `settings` if it belongs to another account, `output` if it can't be written.
   */
  static open(folder: string, account: LedgerOwner): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    makeFolder(folder);
    removeStaleWork(folder);
    // Each commit is synced, because `run.db` is deleted after the merge and must not be the only copy on the disk.
    const database = Database.open(path, SCHEMA_NAME, { ...LEDGER_TRAITS, syncsCommits: true });
    try {
      migrate(database, path, account);
      return new Ledger(folder, path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Opens a copy of the ledger for a dry run, with the outcomes of killed runs merged into it. The originals are neither
   * locked nor changed, and may be in use. The copy is in `wantedFolder`, which is created, with a suffix if it exists
   * already. {@link discard} removes it. Throws a RunError `locked` while a run is merging its outcomes into the ledger.
   */
  static openCopy(folder: string, wantedFolder: string, nowEpochMs: number): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    const workFolder = makeRunFolder(wantedFolder);
    removeStaleWork(folder);
    let database: Database | undefined;
    try {
      database = Database.open(join(workFolder, DRY_RUN.lockFile), "guard");
      const copy = join(workFolder, DRY_RUN.ledger);
      if (!copyDatabase(path, copy) && !copyDatabase(path, copy)) throw beingMerged(path);
      database.attach(copy, SCHEMA_NAME, { ...LEDGER_TRAITS, shownPath: path });
      migrate(database, path);
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
    // If the file changes, its run was not killed but is still working.
    if (!copyDatabase(join(runFolder, RUN_FILE), copy)) return;
    this.#openRun(copy, runFolder)?.merge(nowEpochMs);
    this.#database.detachIfThere("run");
  }

  /** Returns the number of aliases in the ledger. */
  knownCount(): number {
    return this.#database.number("SELECT count(*) FROM ledger.alias");
  }

  /** Yields the aliases in place with their primaries, in batches; both in compare form. */
  *inPlace(): Generator<readonly { readonly alias: string; readonly primary: string }[], void, undefined> {
    const batch = this.#database.statement(IN_PLACE_BATCH);
    let last = "";
    for (;;) {
      const rows = batch.all([last]).map(([alias, primary]) => ({
        alias: validText(this.#database, SCHEMA_NAME, alias),
        primary: validText(this.#database, SCHEMA_NAME, primary),
      }));
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.alias ?? last;
    }
  }

  /** Returns the folders of killed runs, oldest first. */
  unfinishedRuns(): string[] {
    return runFoldersWith(RUN_FILE, this.#folder);
  }

  /** Creates `folder`, with a suffix if it exists already, and begins a run in it. One run at a time. */
  beginRun(folder: string): RunStore {
    const made = makeRunFolder(folder);
    return this.#beginRun(join(made, RUN_FILE), made);
  }

  /** Begins a dry run in this copy. */
  beginDryRun(): RunStore {
    return this.#beginRun(join(this.#folder, DRY_RUN.rows), this.#folder);
  }

  #beginRun(path: string, folder: string): RunStore {
    this.#database.attach(path, "run", runTraits(folder));
    this.#database.transaction(() => this.#database.exec(RUN_SCHEMA));
    return new RunStore(this.#database, folder);
  }

  /** Closes a copy and deletes it with the dry run's files; its folder too if it is then empty. */
  discard(): void {
    this.#database.close();
    clearRunFolder(this.#folder);
  }

  /**
   * Opens a killed run; returns undefined if it died before it recorded anything. Throws a RunError `output` if `run.db`
   * is damaged or not this tool's, and leaves it unchanged.
   */
  openRun(folder: string): RunStore | undefined {
    return this.#openRun(join(folder, RUN_FILE), folder);
  }

  #openRun(path: string, folder: string): RunStore | undefined {
    this.#database.attach(path, "run", { ...runTraits(folder), shownPath: join(folder, RUN_FILE) });
    const tableCount = this.#database.number("SELECT count(*) FROM run.sqlite_schema");
    if (tableCount === 0) {
      this.#database.detach("run");
      return undefined;
    }
    this.#database.exec(RESULT_VIEW);
    if (!this.#checkedRuns.has(folder)) checkRun(this.#database);
    this.#checkedRuns.add(folder);
    return new RunStore(this.#database, folder);
  }

  /** Closes the run that was begun or opened last, and leaves it unfinished. */
  leaveRun(): void {
    this.#database.detach("run");
  }

  /** Closes the run that was begun or opened last, and deletes `run.db`; its folder too if it is then empty. */
  endRun(folder: string): void {
    this.#database.detachIfThere("run");
    clearRunFolder(folder);
  }

  /** Releases the lock. `ledger.db` is then complete without its WAL. A run that has not ended stays unfinished. */
  close(): void {
    this.#database.close();
  }

  /** Returns the stored call rate. */
  lastRate(): ObservedRate {
    const [calls = 0, windowMs = 0, latencyMs = 0] = ["quota_calls", "quota_window_ms", "latency_ms"].map(
      (name) => Number(getMeta(this.#database, name) ?? 0),
    );
    return {
      ...(calls > 0 && windowMs > 0 ? { quota: { calls, windowMs } } : {}),
      ...(latencyMs > 0 ? { latencyMs } : {}),
    };
  }

  /** Stores the call rate. Absent values are not changed. */
  saveRate({ quota, latencyMs }: ObservedRate): void {
    const values = { quota_calls: quota?.calls, quota_window_ms: quota?.windowMs, latency_ms: latencyMs };
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(values)) {
        if (value !== undefined) setMeta(this.#database, name, String(value));
      }
    });
  }
}

/** Reads texts as blobs; see valid-texts.ts. */
const IN_PLACE_BATCH = `
  SELECT CAST(alias AS BLOB), CAST(in_place AS BLOB) FROM ledger.alias
  WHERE in_place IS NOT NULL AND alias > ? ORDER BY alias LIMIT 1000
`;

function runTraits(folder: string): FileTraits {
  return {
    kind: "run",
    applicationId: RUN_APPLICATION_ID,
    recovery: `Move the folder ${resolve(folder)} away. Its rows are then planned and sent again.`,
  };
}
