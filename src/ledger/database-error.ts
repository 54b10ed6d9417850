import { dirname } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { toOutputError } from "../files/output-error.ts";
import { hasLocks, isLockRefusal } from "./folder-probe.ts";

/** The expectations of a database file, and its description in messages. */
export interface FileTraits {
  /** The file's name in messages. Default: its path. */
  readonly shownPath?: string;
  /** What the file is expected to be. Default: a ledger. */
  readonly kind?: string;
  /** What to do if the file is something else, or damaged. */
  readonly recovery?: string;
  /** The SQLite application id that the file must have unless it is empty. A file with another id is not changed. */
  readonly applicationId?: number;
  /** True to sync each commit to the disk before it returns. Otherwise commits are on the disk when the WAL is synced. */
  readonly syncsCommits?: boolean;
  /** Tables that identify a file of an earlier version, which had no application id. */
  readonly tablesWithoutId?: readonly string[];
}

/** An attached file, described for messages. */
export interface AttachedFile {
  readonly name: string;
  readonly path: string;
  readonly kind: string;
  readonly recovery: string;
}

/** Returns true for SQLite's errors about a corrupt file or one that is not a database. */
export function isCorruption(error: unknown): boolean {
  return (
    /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error)) ||
    (error instanceof Error && DAMAGED_SCHEMA.test(error.message))
  );
}

/** Messages, without a code of their own, about an unknown format in the header and about missing or changed tables. */
const DAMAGED_SCHEMA =
  /unsupported file format|same text encoding|malformed database schema|no such (table|column|function)/;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Returns the error for a file that is damaged or is not what it should be. */
export function corruptionError(file: AttachedFile, reason: string, cause?: unknown): RunError {
  return new RunError(
    "output",
    `${file.path} is not a ${file.kind} of this tool, or is damaged (${reason}). ${file.recovery}`,
    { cause },
  );
}

/** Converts an error of SQLite or the file system into a RunError about the file. Returns an internal error unchanged. */
export function runError(file: AttachedFile | undefined, error: unknown): unknown {
  if (file === undefined || !(error instanceof Error) || error instanceof RunError) return error;
  if (isLockRefusal(error)) {
    const folder = dirname(file.path);
    return hasLocks(folder)
      ? new RunError("locked", `${file.path} is in use by another run. Wait for it to end, or stop it.`, {
          cause: error,
        })
      : new RunError(
          "output",
          `${file.path} can't be locked: the file system of ${folder} does not support locks, which keep two runs apart (${codeOf(error)}). Choose a folder on a local disk with --out, or mount the file system with locks (NFS: without nolock).`,
          { cause: error },
        );
  }
  return isCorruption(error) ? corruptionError(file, error.message, error) : toOutputError(file.path, error);
}
