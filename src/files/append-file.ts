import type { FileHandle } from "node:fs/promises";
import { toOutputError } from "./output-error.ts";

/**
 * A file that is open for appending, and can be truncated to an earlier length. If a write fails, it throws a RunError
 * "output" that names the path.
 */
export class AppendFile {
  protected readonly path: string;
  protected readonly handle: FileHandle;
  #lengthBytes = 0;

  protected constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Writes `content` at the end. */
  async append(content: string | Buffer): Promise<void> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    await withOutputErrors(this.path, async () => {
      for (let done = 0; done < bytes.length; ) {
        // Write at an explicit offset: truncating does not move the file position.
        const at = this.#lengthBytes + done;
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
      }
    });
    this.#lengthBytes += bytes.length;
  }

  /** Removes everything after this length. */
  async truncate(lengthBytes: number): Promise<void> {
    await withOutputErrors(this.path, () => this.handle.truncate(lengthBytes));
    this.#lengthBytes = lengthBytes;
  }
}

/** Runs `act`, and converts a write error into a RunError "output" that names the path. */
export async function withOutputErrors<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toOutputError(path, error);
  }
}
