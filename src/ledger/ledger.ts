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
import { LEDGER_MARK, RUN_MARK, RUN_SCHEMA } from "./schema.ts";
import { checkRun, validText } from "./valid-texts.ts";

/** How fast calls could be made, as the last run that had answers saw it. */
export interface ObservedRate {
  /** Calls in a window; absent where no answer told of a quota. */
  readonly quota?: { readonly calls: number; readonly windowMs: number };
  /** How long an answer usually took; absent after too few of them. */
  readonly latencyMs?: number;
}

/** What the SQL calls the ledger's file; a run's is `run`. */
const SCHEMA_NAME = "ledger";
const LEDGER_FILE = "ledger.db";
const LEDGER_TRAITS: FileTraits = { applicationId: LEDGER_MARK, tablesBeforeMark: ["fact", "alias"] };

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
  /** Folders of killed runs whose texts were checked: each is opened twice. */
  readonly #checkedRuns = new Set<string>();

  private constructor(folder: string, path: string, database: Database) {
    this.#folder = folder;
    this.path = path;
    this.#database = database;
  }

  /**
   * Makes the folder and the ledger where they are missing. Throws a RunError: `locked` while another run has
   * it, `settings` if it belongs to another account, `output` if it can't be written.
   */
  static open(folder: string, account: LedgerOwner): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    makeFolder(folder);
    removeStaleWork(folder);
    // Each commit is synced: `run.db` goes when its outcomes are merged, and must not be the only copy on the disk.
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
   * A copy of the ledger as it is now, for a dry run, with what killed runs would bring into it: the originals are
   * neither locked nor changed, and may be in use. It is in `wantedFolder`, which is made, with a suffix if it exists
   * already. {@link discard} removes it. Throws a
   * RunError `locked` while a run is bringing its outcomes into the ledger.
   */
  static openCopy(folder: string, wantedFolder: string, nowEpochMs: number): Ledger {
    const path = resolve(folder, LEDGER_FILE);
    const workFolder = makeRunFolder(wantedFolder);
    removeStaleWork(folder);
    let database: Database | undefined;
    try {
      database = Database.open(join(workFolder, DRY_RUN.guard), "guard");
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
    // One that changes is no killed run: a run is at work in it.
    if (!copyDatabase(join(runFolder, RUN_FILE), copy)) return;
    this.#openRun(copy, runFolder)?.merge(nowEpochMs);
    this.#database.detachIfThere("run");
  }

  /** Aliases that the ledger knows something of. */
  knownCount(): number {
    return this.#database.number("SELECT count(*) FROM ledger.alias");
  }

  /** Aliases that are in place, each with its primary, a page at a time; both in their compare form. */
  *inPlace(): Generator<readonly { readonly alias: string; readonly primary: string }[], void, undefined> {
    const page = this.#database.statement(IN_PLACE_PAGE);
    let last = "";
    for (;;) {
      const rows = page.all([last]).map(([alias, primary]) => ({
        alias: validText(this.#database, SCHEMA_NAME, alias),
        primary: validText(this.#database, SCHEMA_NAME, primary),
      }));
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.alias ?? last;
    }
  }

  /** Folders of runs that were killed, oldest first. */
  unfinishedRuns(): string[] {
    return runFoldersWith(RUN_FILE, this.#folder);
  }

  /** Makes `folder`, with a suffix if it exists already, and begins a run in it. One run at a time. */
  beginRun(folder: string): RunStore {
    const made = makeRunFolder(folder);
    return this.#beginRun(join(made, RUN_FILE), made);
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
    const tableCount = this.#database.number("SELECT count(*) FROM run.sqlite_schema");
    if (tableCount === 0) {
      this.#database.detach("run");
      return undefined;
    }
    if (!this.#checkedRuns.has(folder)) checkRun(this.#database);
    this.#checkedRuns.add(folder);
    return new RunStore(this.#database, folder);
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

  lastRate(): ObservedRate {
    const [calls = 0, windowMs = 0, latencyMs = 0] = ["quota_calls", "quota_window_ms", "latency_ms"].map(
      (name) => Number(getMeta(this.#database, name) ?? 0),
    );
    return {
      ...(calls > 0 && windowMs > 0 ? { quota: { calls, windowMs } } : {}),
      ...(latencyMs > 0 ? { latencyMs } : {}),
    };
  }

  /** What is absent stays as it was. */
  saveRate({ quota, latencyMs }: ObservedRate): void {
    const facts = { quota_calls: quota?.calls, quota_window_ms: quota?.windowMs, latency_ms: latencyMs };
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(facts)) {
        if (value !== undefined) setMeta(this.#database, name, String(value));
      }
    });
  }
}

/** As blobs: see valid-texts.ts. */
const IN_PLACE_PAGE = `
  SELECT CAST(alias AS BLOB), CAST(in_place AS BLOB) FROM ledger.alias
  WHERE in_place IS NOT NULL AND alias > ? ORDER BY alias LIMIT 1000
`;

function runTraits(folder: string): FileTraits {
  return {
    kind: "run",
    applicationId: RUN_MARK,
    recovery: `Move the folder ${resolve(folder)} away: its rows are then planned and sent again.`,
  };
}
