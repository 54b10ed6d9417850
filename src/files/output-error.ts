import { RunError } from "../domain/run-error.ts";

/**
 * What to throw where a file or folder can't be written: a RunError "output" that names the path and what to do,
 * for what the operating system or SQLite refused. Anything else is a fault of this program, or a RunError
 * already, and comes back as it is.
 */
export function toOutputError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RunError) return error;
  const code = "code" in error ? String(error.code) : "";
  const why = REASONS.find(([codes]) => codes.test(code))?.[1] ?? otherReason(error, code);
  if (why === undefined) return error;
  return new RunError(
    "output",
    `${path} can't be written: ${why.replace("CODE", code)}. Then run the same command again: nothing that is on record is lost.`,
    { cause: error },
  );
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(ENOSPC|SQLITE_FULL)/, "the disk is full (CODE); make room, or choose another folder"],
  [/^EDQUOT/, "the disk quota is used up (CODE); make room, or choose another folder"],
  [
    /^EROFS/,
    "the file system is read-only (CODE); choose a folder that can be written, or make this one so (systemd: ReadWritePaths=; Kubernetes: a volume that is mounted there)",
  ],
  [
    /^(EACCES|EPERM|SQLITE_READONLY)/,
    "writing there is not permitted (CODE); mend the permissions, close the program that has it open, or choose another folder",
  ],
  [/^ENOENT/, "its folder does not exist (CODE); create it, or choose another folder"],
  [/^(ENOTDIR|EEXIST)/, "a file stands where its folder should (CODE); choose another folder"],
  [/^EISDIR/, "a folder has that name (CODE); remove it, or choose another name"],
  [
    /^E[MN]FILE/,
    "too many files are open (CODE); raise the limit (ulimit -n 1024; systemd: LimitNOFILE=1024), or lower --concurrency",
  ],
  [/^EBUSY/, "another program has it open (CODE); close that"],
];

/** What the system refused in words that the table does not know: its own words, then. */
function otherReason(error: Error, code: string): string | undefined {
  // 14 is SQLite's CANTOPEN, which comes without a code where a file can't even be opened.
  const isRefusal = "syscall" in error || /SQLITE_(IOERR|CANTOPEN)/.test(code) || /: 14$/.test(error.message);
  return isRefusal
    ? `${error.message}; look at the disk and the permissions, or choose another folder`
    : undefined;
}
