import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { toOutputError } from "../files/output-error.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { Database } from "./database.ts";

export const RUN_FILE = "run.db";
/** What a dry run works in; none is a run's file, so no run takes it for one that was killed. */
export const DRY_RUN = {
  /** Held as long as the dry run lives, so that nobody clears its files away. */
  guard: "dry-run.db",
  ledger: "dry-run-ledger.db",
  killedRun: "dry-run-killed.db",
  rows: "dry-run-rows.db",
} as const;

/** What a verification works in. Held as long as it lives, so that nobody clears it away. */
export const VERIFY_FILE = "verify.db";

/** The folders of runs have their beginning in their names; others are their user's own. */
const RUN_FOLDER = /^\d{8}T\d{9}Z-/;
/** What may be deleted in a run's folder: SQLite's files, and result files that were begun. */
const LEFTOVER =
  /^((run|verify|dry-run(-(ledger|killed|rows))?)\.db(-wal|-shm|-journal)?|((results|failed|failed-reasons|remaining|plan|verify)\.csv|summary\.json|report\.html)\.part)$/;

/** Makes the folder and those above it where they are missing. Their names are on the disk when this returns. */
export function makeFolder(folder: string): void {
  withOutputErrors(folder, () => makeWithParents(resolve(folder)));
}

/** Not by mkdir's own `recursive`, which reports a read-only file system as a folder that does not exist. */
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
 * Makes a folder that is this run's alone, and returns its path: `folder`, or with a suffix (`-2`, `-3`) if another
 * run has begun in the same millisecond.
 */
export function makeRunFolder(folder: string): string {
  makeFolder(dirname(folder));
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? folder : `${folder}-${number}`;
    if (isMadeNow(path)) return path;
  }
}

/** False if something has that name already. */
function isMadeNow(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw toOutputError(folder, error);
  }
  syncFolder(dirname(folder));
  return true;
}

/** Folders of runs that hold `file`, oldest first. */
export function runFoldersWith(file: string, folder: string): string[] {
  return withOutputErrors(folder, () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && RUN_FOLDER.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .filter((path) => existsSync(join(path, file)))
      .sort(),
  );
}

/** Deletes what a run works in, and the folder if nothing else is in it. */
export function clearRunFolder(folder: string): void {
  withOutputErrors(folder, () => {
    if (!existsSync(folder)) return;
    // Sorted, so that a database goes before its log. Should the process die between the two, a log alone is
    // nothing; a database whose log could not be folded in is an older state, and its rows would be sent again.
    // The guard of a dry run comes after the files that it guards.
    for (const name of readdirSync(folder).sort()) {
      if (LEFTOVER.test(name)) rmSync(join(folder, name), { force: true });
    }
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  });
}

export function withOutputErrors<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw toOutputError(path, error);
  }
}

/** Each is locked as long as the process lives that works beside it. */
const LOCK_FILES = [DRY_RUN.guard, VERIFY_FILE] as const;

/** Removes the files of dry runs and verifications that were killed. */
export function removeStaleWork(folder: string): void {
  for (const guard of LOCK_FILES) {
    for (const workFolder of runFoldersWith(guard, folder)) {
      if (isAlive(join(workFolder, guard))) continue;
      clearRunFolder(workFolder);
    }
  }
}

function isAlive(guard: string): boolean {
  try {
    // Under this name and no other: a verification's file has views that refer to it.
    Database.open(guard, "run").close();
    return false;
  } catch (error) {
    // Also one that can't be opened for another reason: it is in nobody's way.
    if (error instanceof RunError) return true;
    throw error;
  }
}
