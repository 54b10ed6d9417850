import { dirname } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { toOutputError } from "../files/output-error.ts";
import { hasLocks, isLockRefusal } from "./folder-probe.ts";

/** How a file is spoken of, and what is expected of it. */
export interface FileTraits {
  /** What messages call the file; its path where absent. */
  readonly shownPath?: string;
  /** What the file is to be, and what to do where it is not, or is damaged. */
  readonly kind?: string;
  readonly recovery?: string;
  /** The SQLite application id that the file has unless it is empty. Without it, it is not touched. */
  readonly applicationId?: number;
  /** Whether each commit is on the disk when it returns, at the cost of a sync; else only when the log is synced. */
  readonly syncsCommits?: boolean;
  /** Tables of an earlier version's file, which had no application id. */
  readonly tablesBeforeMark?: readonly string[];
}

/** A file as messages need it. */
export interface AttachedFile {
  readonly name: string;
  readonly path: string;
  readonly kind: string;
  readonly ifDamaged: string;
}

/** Whether SQLite found the file to be none of its own, or broken. */
export function isCorruption(error: unknown): boolean {
  return (
    /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error)) ||
    (error instanceof Error && DAMAGED_SCHEMA.test(error.message))
  );
}

/** Messages, without a code of their own, about an unknown format in the header, and about tables that have changed. */
const DAMAGED_SCHEMA =
  /unsupported file format|same text encoding|malformed database schema|no such (table|column|function)/;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

export function corruptionError(file: AttachedFile, why: string, cause?: unknown): RunError {
  return new RunError(
    "output",
    `${file.path} is no ${file.kind} of this tool, or is damaged (${why}). ${file.ifDamaged}`,
    { cause },
  );
}

/** What SQLite or the file system said of a file, for people; a fault of this program stays as it is. */
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
          `${file.path} can't be locked: the file system of ${folder} has no locks, which keep two runs apart (${codeOf(error)}). Choose a folder on a local disk with --out, or mount the file system with locks (NFS: without nolock).`,
          { cause: error },
        );
  }
  return isCorruption(error) ? corruptionError(file, error.message, error) : toOutputError(file.path, error);
}
