import { type FileHandle, open, rm } from "node:fs/promises";
import { outputError } from "../domain/output-error.ts";

/** Read at once when it is copied: enough to make each read cheap, and nothing in memory. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Text on disk for a while, as it may be too much for memory. The file loses its name as soon as it is open, so that
 * nobody else can open it, and it is gone with the process, however that ends. What the system refuses is a
 * RunError "output" that names `path`.
 */
export class Spool {
  readonly #path: string;
  readonly #handle: FileHandle;
  #lengthBytes = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** `path`: a name that is free, for the moment in which the file has one. */
  static async open(path: string): Promise<Spool> {
    try {
      const handle = await open(path, "wx+", 0o600);
      await rm(path, { force: true });
      return new Spool(path, handle);
    } catch (error) {
      throw outputError(path, error);
    }
  }

  async append(content: string | Buffer): Promise<void> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    try {
      for (let done = 0; done < bytes.length; ) {
        // At a place of its own choice, so that what `clear` gave up is written over.
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          this.#lengthBytes + done,
        );
        done += bytesWritten;
      }
    } catch (error) {
      throw outputError(this.#path, error);
    }
    this.#lengthBytes += bytes.length;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#lengthBytes = 0;
  }

  /** All that was written, from the beginning. A chunk is used before the next one is asked for. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < this.#lengthBytes; ) {
      const size = Math.min(CHUNK_BYTES, this.#lengthBytes - at);
      const { bytesRead } = await this.#handle.read(chunk, 0, size, at);
      if (bytesRead === 0) throw new Error("a temporary file is shorter than what was written to it");
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
