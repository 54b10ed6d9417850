import { open, rm } from "node:fs/promises";
import { AppendFile, withOutputErrors } from "./append-file.ts";

/** Bytes per read: enough to make each read cheap, and little memory. */
const CHUNK_BYTES = 256 * 1024;

/**
 * A temporary file for text that may be too large for memory. Its name is removed as soon as it is open, so that no
 * other process can open it, and the system deletes it when the process ends, even if it is killed.
 */
export class Spool extends AppendFile {
  /** Opens a spool. `path` is an unused path, which the file has for a moment. */
  static async open(path: string): Promise<Spool> {
    return await withOutputErrors(path, async () => {
      const handle = await open(path, "wx+", 0o600);
      await rm(path, { force: true });
      return new Spool(path, handle);
    });
  }

  /** Yields the content from the beginning. Use each chunk before the next one is requested: the buffer is reused. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < this.lengthBytes; ) {
      const size = Math.min(CHUNK_BYTES, this.lengthBytes - at);
      const { bytesRead } = await this.handle.read(chunk, 0, size, at);
      if (bytesRead === 0) throw new Error("a temporary file is shorter than what was written to it");
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
