import { constants, copyFileSync, rmSync, statSync } from "node:fs";
import { RunError } from "../domain/run-error.ts";
import { refuseForeignFile } from "./own-file.ts";
import { withOutputErrors } from "./run-folder.ts";

const SUFFIXES = ["-wal", ""] as const;

/**
 * Copies a database that another process may be writing, as far as it is on the disk. False if it changed
 * meanwhile: then the copy may be torn and is not to be used. Throws a RunError "output" where the original is not a file
 * of the tool's own: copying a named pipe would never end.
 */
export function copyDatabase(original: string, copy: string): boolean {
  refuseForeignFile(original, original);
  const before = stateOf(original);
  for (const suffix of SUFFIXES) {
    withOutputErrors(`${copy}${suffix}`, () => {
      rmSync(`${copy}${suffix}`, { force: true });
      copyIfThere(`${original}${suffix}`, `${copy}${suffix}`);
    });
  }
  return stateOf(original) === before;
}

function copyIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) === undefined) return;
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    // It may have gone since; its state tells.
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) throw error;
  }
}

function stateOf(path: string): string {
  return SUFFIXES.map((suffix) => {
    const stats = statSync(`${path}${suffix}`, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? "none" : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  }).join();
}

export function beingMerged(path: string): RunError {
  return new RunError(
    "locked",
    `${path} is being written: a run is bringing its outcomes into it. Try again when that is done.`,
  );
}
