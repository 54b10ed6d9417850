import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { outputError } from "../domain/output-error.ts";

/** Addresses are nobody else's business. */
const OWNER_ONLY = 0o600;

/**
 * A file that appears whole or not at all: written under a temporary name beside its own, then flushed to the
 * disk and renamed. Only its owner may read it unless a mode says otherwise. What the system refuses is a RunError
 * "output" that names the path.
 */
export class WholeFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Begins the file; what a killed run left under the temporary name is removed. */
  static async begin(path: string, mode = OWNER_ONLY): Promise<WholeFile> {
    return orOutputError(path, async () => {
      await rm(temporaryName(path), { force: true });
      // "wx" and not "w": a link of that name is never followed.
      return new WholeFile(path, await open(temporaryName(path), "wx", mode));
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

/** Writes a file of one text, whole or not at all. */
export async function writeWhole(path: string, text: string, mode = OWNER_ONLY): Promise<void> {
  const file = await WholeFile.begin(path, mode);
  try {
    await file.append(text);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** The name that a file has while it is being written. */
export function temporaryName(path: string): string {
  return `${path}.part`;
}

async function orOutputError<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw outputError(path, error);
  }
}
