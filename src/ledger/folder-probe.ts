import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { toOutputError } from "../files/output-error.ts";

/**
 * Returns the user to whom files in the folder belong that this process makes: its own user, or another one where the
 * file system says so, as a share of Windows does. Throws a RunError "output" where none can be made.
 */
export function ownerOfNewFiles(folder: string): number {
  try {
    return withProbe(folder, (_path, stats) => stats.uid);
  } catch (error) {
    throw toOutputError(folder, error);
  }
}

/**
 * Returns whether files in the folder can be locked, by locking one that no other process knows. SQLite takes the
 * refusal of a file system without locks (ENOLCK) for another process's lock. True where it can't be found out.
 */
export function hasLocks(folder: string): boolean {
  try {
    withProbe(folder, lockOnce);
    return true;
  } catch (error) {
    return !isLockRefusal(error);
  }
}

function lockOnce(path: string): void {
  const probe = new Libsql(path);
  try {
    probe.exec("BEGIN EXCLUSIVE; ROLLBACK");
  } finally {
    probe.close();
  }
}

/** Returns whether SQLite's error is a refused lock: another process's, or a file system's that has no locks. */
export function isLockRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && LOCK_REFUSALS.test(String(error.code));
}

const LOCK_REFUSALS = /^SQLITE_(?:BUSY|PERM$|IOERR_(?:LOCK|RDLOCK|UNLOCK|CHECKRESERVEDLOCK)$)/;

/** Makes an empty file with a name that no other process can foresee, for as long as `act` needs it. */
function withProbe<T>(folder: string, act: (path: string, stats: { readonly uid: number }) => T): T {
  const path = join(folder, `probe-${randomBytes(8).toString("hex")}.db`);
  const descriptor = openSync(path, "wx", 0o600);
  try {
    const stats = fstatSync(descriptor);
    closeSync(descriptor);
    return act(path, stats);
  } finally {
    rmSync(path, { force: true });
  }
}
