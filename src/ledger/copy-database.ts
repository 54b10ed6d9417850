import { constants, copyFileSync, rmSync, statSync } from "node:fs";
import { RunError } from "../domain/run-error.ts";
import { refuseForeignFile } from "./own-file.ts";
import { withOutputErrors } from "./run-folder.ts";

const SUFFIXES = ["-wal", ""] as const;

/**
 * Copies a database that another process may be writing. Returns false if it changed meanwhile: then the copy may be
 * torn and must not be used. Throws a RunError "output" if the original is not a file that this tool created, because
 * copying a named pipe would never end.
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
    // If the file was deleted meanwhile, the comparison of the states detects it.
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) throw error;
  }
}

function stateOf(path: string): string {
  return SUFFIXES.map((suffix) => {
    const stats = statSync(`${path}${suffix}`, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? "none" : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  }).join();
}

/** Returns the error for a ledger that a run is merging its outcomes into. */
export function beingMerged(path: string): RunError {
  return new RunError(
    "locked",
    `${path} is being written: a run is merging its outcomes into it. Try again when that run has ended.`,
  );
}
