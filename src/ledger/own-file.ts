import { accessSync, closeSync, constants, lstatSync, openSync, type Stats } from "node:fs";
import { platform } from "node:os";
import { dirname } from "node:path";
import { shellQuote } from "../domain/command-line.ts";
import { RunError } from "../domain/run-error.ts";
import { ownerOfNewFiles } from "./folder-probe.ts";

/** Private to the user: addresses are nobody else's business. */
const FILE_MODE = 0o600;
const WORLD_WRITABLE = 0o002;
/** What SQLite opens besides the file itself. */
const COMPANIONS = ["-wal", "-journal"] as const;

/**
 * Makes the file of a database where it is missing, so that SQLite gives its log the same mode. Throws a RunError
 * "output" where another user can have put something there that SQLite would take for this user's.
 *
 * A file that exists is not opened: closing it would drop the locks that SQLite holds on it in this process, and
 * opening a named pipe never ends.
 */
export function prepareFile(path: string, shownPath: string): void {
  refuseForeignFile(path, shownPath);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) closeSync(openSync(path, "wx", FILE_MODE));
  else accessSync(path, constants.W_OK);
}

/** Throws a RunError "output" where the file, or one that SQLite opens with it, is not one that the tool has made. */
export function refuseForeignFile(path: string, shownPath: string): void {
  for (const suffix of ["", ...COMPANIONS]) {
    const stats = lstatSync(`${path}${suffix}`, { throwIfNoEntry: false });
    const why = stats && whyForeign(stats, `${shownPath}${suffix}`, ownUser(stats, path));
    if (why !== undefined) throw new RunError("output", `${shownPath}${suffix} ${why}`);
  }
}

/** Asked only where it matters, because it makes a file. */
function ownUser({ uid }: Stats, path: string): number | undefined {
  if (platform() === "win32") return undefined;
  return uid === 0 ? 0 : ownerOfNewFiles(dirname(path));
}

/**
 * Returns what is wrong with a file, and what to do. That a group may write it is left alone: the volumes of
 * Kubernetes are so.
 *
 * @param userId the owner of files that this process makes; undefined where files have no owners, as on Windows
 */
export function whyForeign(
  stats: Pick<Stats, "isFile" | "isSymbolicLink" | "mode" | "uid">,
  path: string,
  userId: number | undefined,
): string | undefined {
  if (stats.isSymbolicLink()) {
    return "can't be written: it is a symbolic link, and the tool does not follow one there. Put the file itself in its place, or name its folder with --out.";
  }
  if (!stats.isFile()) {
    return "can't be written: it is not an ordinary file. Move it away, or use another --out folder.";
  }
  if (userId === undefined) return undefined;
  // Root may change any file anyway; and for root, files of other users are an everyday thing.
  if (userId !== 0 && stats.uid !== 0 && stats.uid !== userId) {
    return `belongs to another user (${stats.uid}, and this run's is ${userId}), who can change it at any time. Run as that user, have the file given to this one (chown), or use another --out folder.`;
  }
  if ((stats.mode & WORLD_WRITABLE) !== 0) {
    return `can be written by every user of this machine, so it can't be relied on. If you know that nobody has changed it, run: chmod o-w ${shellQuote(path, platform())} (where that has no effect, mount the file system with umask=077). Otherwise use another --out folder.`;
  }
  return undefined;
}
