import { RunError } from "../domain/run-error.ts";

/**
 * Converts an operating-system or SQLite write error into a RunError "output" that names the path and the remedy.
 * Returns any other error unchanged: it is an internal error, or already a RunError.
 */
export function toOutputError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RunError) return error;
  const code = "code" in error ? String(error.code) : "";
  const reason = REASONS.find(([codes]) => codes.test(code))?.[1] ?? otherReason(error, code);
  if (reason === undefined) return error;
  return new RunError(
    "output",
    `${path} can't be written: ${reason.replace("CODE", code)}. Then run the same command again. Nothing that the run has recorded is lost.`,
    { cause: error },
  );
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(ENOSPC|SQLITE_FULL)/, "the disk is full (CODE); make room, or choose another folder"],
  [/^EDQUOT/, "the disk quota is used up (CODE); make room, or choose another folder"],
  [
    /^EROFS/,
    "the file system is read-only (CODE); choose a writable folder, or make this one writable (systemd: ReadWritePaths=; Kubernetes: mount a volume there)",
  ],
  [
    /^(EACCES|EPERM|SQLITE_READONLY)/,
    "permission denied (CODE); fix the permissions, close the program that has it open, or choose another folder",
  ],
  [/^ENOENT/, "its folder does not exist (CODE); create it, or choose another folder"],
  [/^(ENOTDIR|EEXIST)/, "a file has the name of its folder (CODE); choose another folder"],
  [/^EISDIR/, "a folder has that name (CODE); remove it, or choose another name"],
  [
    /^E[MN]FILE/,
    "too many files are open (CODE); raise the limit (ulimit -n 1024; systemd: LimitNOFILE=1024), or lower --concurrency",
  ],
  [/^EBUSY/, "another program has it open (CODE); close that program"],
];

/** Returns the system's own message for a write error that the table does not contain. */
function otherReason(error: Error, code: string): string | undefined {
  // 14 is SQLite's CANTOPEN, which has no code if the file can't be opened at all.
  const isWriteError =
    "syscall" in error || /SQLITE_(IOERR|CANTOPEN)/.test(code) || /: 14$/.test(error.message);
  return isWriteError
    ? `${error.message}; check the disk and the permissions, or choose another folder`
    : undefined;
}
