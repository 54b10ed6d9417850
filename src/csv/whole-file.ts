import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { RunError } from "../domain/run-error.ts";

/**
 * A file that appears whole or not at all: written under a temporary name beside its own, then flushed to the
 * disk and renamed. Only its owner may read it. Every failure is a RunError "output" that names the path.
 */
export class WholeFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Begins the file; what a killed run left under the temporary name is removed. */
  static async begin(path: string): Promise<WholeFile> {
    return orOutputError(path, async () => {
      await rm(temporaryName(path), { force: true });
      // "wx" and not "w": a link of that name is never followed.
      return new WholeFile(path, await open(temporaryName(path), "wx", 0o600));
    });
  }

  async append(text: string): Promise<void> {
    // Not `write`, which may write a part only.
    await orOutputError(this.#path, () => this.#handle.appendFile(text));
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await orOutputError(this.#path, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(temporaryName(this.#path), this.#path);
    });
  }

  /** Leaves nothing behind. Never throws: what led here tells more than what happens here. */
  async abandon(): Promise<void> {
    await Promise.allSettled([this.#handle.close()]);
    await Promise.allSettled([rm(temporaryName(this.#path), { force: true })]);
  }
}

/** The name that a file has while it is being written. */
export function temporaryName(path: string): string {
  return `${path}.part`;
}

async function orOutputError<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new RunError("output", `${path} can't be written: ${whyNotWritten(cause)}`, { cause });
  }
}

function whyNotWritten(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const advice = Object.entries(ADVICE).find(([code]) => message.startsWith(code));
  return advice?.[1] ?? message;
}

const ADVICE = {
  ENOSPC: "the disk is full (ENOSPC); make room, or choose another folder",
  EDQUOT: "the disk quota is used up (EDQUOT); make room, or choose another folder",
  EROFS: "the file system is read-only (EROFS); choose another folder",
  EACCES: "writing there is not permitted (EACCES); mend the folder's permissions, or choose another folder",
  EPERM: "writing there is not permitted (EPERM); mend the folder's permissions, or choose another folder",
  ENOENT: "its folder does not exist (ENOENT); create it, or choose another folder",
  ENOTDIR: "its folder is a file (ENOTDIR); choose another folder",
  EISDIR: "a folder has that name (EISDIR); remove it, or choose another name",
} as const;
