import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { toOutputError } from "../files/output-error.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { Database } from "./database.ts";

export const RUN_FILE = "run.db";
/** Files of a dry run. None is named like a run's file, so no run treats a dry run as a killed run. */
export const DRY_RUN = {
  /** Locked as long as the dry run lives, so that no other process deletes its files. */
  lockFile: "dry-run.db",
  ledger: "dry-run-ledger.db",
  killedRun: "dry-run-killed.db",
  rows: "dry-run-rows.db",
} as const;

/** File of a verification. Locked as long as it lives, so that no other process deletes it. */
export const VERIFY_FILE = "verify.db";

/** Run folders start with a timestamp. All others belong to the user and are not touched. */
const RUN_FOLDER = /^\d{8}T\d{9}Z-/;
/** Files that may be deleted in a run's folder: SQLite's files and unfinished result files. */
const LEFTOVER =
  /^((run|verify|dry-run(-(ledger|killed|rows))?)\.db(-wal|-shm|-journal)?|((results|failed|failed-reasons|remaining|plan|verify)\.csv|summary\.json|report\.html)\.part)$/;

/** Creates the folder and its parents if they are missing. Their names are on the disk when this returns. */
export function makeFolder(folder: string): void {
  withOutputErrors(folder, () => makeWithParents(resolve(folder)));
}

/** Does not use mkdir's `recursive`, which reports a read-only file system as a missing folder. */
function makeWithParents(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
      throw error;
    }
    makeWithParents(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
  syncFolder(dirname(folder));
}

/**
 * Creates a new folder for this run, and returns its path: `folder`, with a suffix (`-2`, `-3`) if another run began in
 * the same millisecond.
 */
export function makeRunFolder(folder: string): string {
  makeFolder(dirname(folder));
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? folder : `${folder}-${number}`;
    if (createFolder(path)) return path;
  }
}

/** Creates the folder; returns false if its name exists already. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw toOutputError(folder, error);
  }
  syncFolder(dirname(folder));
  return true;
}

/** Returns the run folders that contain `file`, oldest first. */
export function runFoldersWith(file: string, folder: string): string[] {
  return withOutputErrors(folder, () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && RUN_FOLDER.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .filter((path) => existsSync(join(path, file)))
      .sort(),
  );
}

/** Deletes the working files of a run, and its folder if that is then empty. */
export function clearRunFolder(folder: string): void {
  withOutputErrors(folder, () => {
    if (!existsSync(folder)) return;
    // Sorted, so that a database is deleted before its WAL. If the process dies between the two, a WAL alone has no
    // effect. A database without its WAL would be an older state, and its rows would be sent again.
    // The lock file of a dry run comes after its other files.
    for (const name of readdirSync(folder).sort()) {
      if (LEFTOVER.test(name)) rmSync(join(folder, name), { force: true });
    }
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  });
}

/** Runs `act`, and converts a write error into a RunError "output" that names the path. */
export function withOutputErrors<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw toOutputError(path, error);
  }
}

/** Lock files: held by the process that owns the folder, for as long as it lives. */
const LOCK_FILES = [DRY_RUN.lockFile, VERIFY_FILE] as const;

/** Removes the files of dry runs and verifications that were killed. */
export function removeStaleWork(folder: string): void {
  for (const lockFile of LOCK_FILES) {
    for (const workFolder of runFoldersWith(lockFile, folder)) {
      if (isLocked(join(workFolder, lockFile))) continue;
      clearRunFolder(workFolder);
    }
  }
}

function isLocked(path: string): boolean {
  try {
    // The schema name must be "run", because views in a verification's file refer to it.
    Database.open(path, "run").close();
    return false;
  } catch (error) {
    // True also for a file that can't be opened for another reason: it does no harm.
    if (error instanceof RunError) return true;
    throw error;
  }
}
