import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";

/** Returns whether SQLite's error is a refused lock: another process's, or a file system's that has no locks. */
export function isLockRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && LOCK_REFUSALS.test(String(error.code));
}

const LOCK_REFUSALS = /^SQLITE_(?:BUSY|PERM$|IOERR_(?:LOCK|RDLOCK|UNLOCK|CHECKRESERVEDLOCK)$)/;

/**
 * Returns whether files in the folder can be locked, by locking one that no other process knows. SQLite takes the
 * refusal of a file system without locks (ENOLCK) for another process's lock. True where it can't be found out.
 */
export function hasLocks(folder: string): boolean {
  const path = join(folder, `lock-probe-${randomBytes(8).toString("hex")}.db`);
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    return true;
  }
  const probe = new Libsql(path);
  try {
    probe.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return true;
  } catch (error) {
    return !isLockRefusal(error);
  } finally {
    probe.close();
    rmSync(path, { force: true });
  }
}
