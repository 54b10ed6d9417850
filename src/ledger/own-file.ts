import { accessSync, closeSync, constants, lstatSync, openSync, type Stats } from "node:fs";
import { platform } from "node:os";
import { dirname } from "node:path";
import { shellQuote } from "../domain/command-line.ts";
import { RunError } from "../domain/run-error.ts";
import { ownerOfNewFiles } from "./folder-probe.ts";

/** Readable by the owner only, because addresses are personal data. */
const FILE_MODE = 0o600;
const WORLD_WRITABLE = 0o002;
/** Suffixes of the files that SQLite opens besides the database itself. */
const COMPANIONS = ["-wal", "-journal"] as const;

/**
 * Creates the file of a database if it is missing, so that SQLite gives its WAL the same mode. Throws a RunError "output"
 * if another user may have put a file there that SQLite would use.
 *
 * Does not open an existing file: closing it would release the locks that SQLite holds on it in this process, and
 * opening a named pipe never ends.
 */
export function prepareFile(path: string, shownPath: string): void {
  refuseForeignFile(path, shownPath);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) closeSync(openSync(path, "wx", FILE_MODE));
  else accessSync(path, constants.W_OK);
}

/** Throws a RunError "output" if this tool did not create the file, or one that SQLite opens with it. */
export function refuseForeignFile(path: string, shownPath: string): void {
  for (const suffix of ["", ...COMPANIONS]) {
    const stats = lstatSync(`${path}${suffix}`, { throwIfNoEntry: false });
    const reason = stats && whyForeign(stats, `${shownPath}${suffix}`, ownUser(stats, path));
    if (reason !== undefined) throw new RunError("output", `${shownPath}${suffix} ${reason}`);
  }
}

/** Returns the user that owns new files. Called only if the file exists, because it creates a probe file. */
function ownUser({ uid }: Stats, path: string): number | undefined {
  if (platform() === "win32") return undefined;
  return uid === 0 ? 0 : ownerOfNewFiles(dirname(path));
}

/**
 * Returns what is wrong with a file and what to do, or undefined. A file that its group may write is accepted, because
 * volumes in Kubernetes are like that.
 *
 * @param userId the owner of files that this process makes; undefined where files have no owners, as on Windows
 */
export function whyForeign(
  stats: Pick<Stats, "isFile" | "isSymbolicLink" | "mode" | "uid">,
  path: string,
  userId: number | undefined,
): string | undefined {
  if (stats.isSymbolicLink()) {
    return "can't be written: it is a symbolic link, and the tool does not follow links there. Replace the link with the file itself, or use its folder as --out.";
  }
  if (!stats.isFile()) {
    return "can't be written: it is not an ordinary file. Move it away, or use another --out folder.";
  }
  if (userId === undefined) return undefined;
  // Root may change any file anyway, and root often works with files of other users.
  if (userId !== 0 && stats.uid !== 0 && stats.uid !== userId) {
    return `belongs to another user (${stats.uid}, and this run's is ${userId}), who can change it at any time. Run as that user, change the owner of the file (chown), or use another --out folder.`;
  }
  if ((stats.mode & WORLD_WRITABLE) !== 0) {
    return `can be written by every user of this machine, so it can't be relied on. If you are sure that no other user changed it, run: chmod o-w ${shellQuote(path, platform())} (where that has no effect, mount the file system with umask=077). Otherwise use another --out folder.`;
  }
  return undefined;
}
