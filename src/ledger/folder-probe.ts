import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { toOutputError } from "../files/output-error.ts";

/**
 * Returns the owner of files that this process creates in the folder: its own user, or another one if the file system
 * decides so, as a Windows share does. Throws a RunError "output" if no file can be created.
 */
export function ownerOfNewFiles(folder: string): number {
  try {
    return withProbe(folder, (_path, stats) => stats.uid);
  } catch (error) {
    throw toOutputError(folder, error);
  }
}

/**
 * Returns true if files in the folder can be locked. Tries it with a file that no other process knows, because SQLite
 * reports a file system without locks (ENOLCK) as another process's lock. Returns true if the probe itself fails.
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

/** Returns true if SQLite could not get a lock, because another process has it or the file system has no locks. */
export function isLockRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && LOCK_REFUSALS.test(String(error.code));
}

const LOCK_REFUSALS = /^SQLITE_(?:BUSY|PERM$|IOERR_(?:LOCK|RDLOCK|UNLOCK|CHECKRESERVEDLOCK)$)/;

/** Runs `act` with an empty file whose name no other process can predict, and removes the file afterwards. */
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
