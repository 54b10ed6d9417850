import { open, rm } from "node:fs/promises";
import { AppendFile, withOutputErrors } from "./append-file.ts";

/** Read at once when it is copied: enough to make each read cheap, and nothing in memory. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Text on disk for a while, as it may be too much for memory. The file loses its name as soon as it is open, so that
 * nobody else can open it, and it is gone with the process, however that ends.
 */
export class Spool extends AppendFile {
  /** `path`: a name that is free, for the moment in which the file has one. */
  static async open(path: string): Promise<Spool> {
    return await withOutputErrors(path, async () => {
      const handle = await open(path, "wx+", 0o600);
      await rm(path, { force: true });
      return new Spool(path, handle);
    });
  }

  /** All that was written, from the beginning. A chunk is used before the next one is asked for. */
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
