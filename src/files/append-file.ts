import type { FileHandle } from "node:fs/promises";
import { toOutputError } from "./output-error.ts";

/**
 * A file that is open for writing, grows at its end, and can be cut back to what it was. What the system refuses is a
 * RunError "output" that names the path.
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

  async append(content: string | Buffer): Promise<void> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    await withOutputErrors(this.path, async () => {
      for (let done = 0; done < bytes.length; ) {
        // At a place of its own choice: when a file is cut, the system's own place stays where it was.
        const at = this.#lengthBytes + done;
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
      }
    });
    this.#lengthBytes += bytes.length;
  }

  /** Forgets what came after this length. */
  async truncate(lengthBytes: number): Promise<void> {
    await withOutputErrors(this.path, () => this.handle.truncate(lengthBytes));
    this.#lengthBytes = lengthBytes;
  }
}

/** What the system refuses becomes a RunError "output" that names the path. */
export async function withOutputErrors<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toOutputError(path, error);
  }
}
