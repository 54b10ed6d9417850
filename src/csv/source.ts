import { createHash } from "node:crypto";
import { constants, openSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { RunError } from "../domain/run-error.ts";

/** A source of records. */
export type InputSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin"; readonly stream: Readable };

/** Returns the name of a source for messages. */
export function inputName(source: InputSource): string {
  return source.kind === "file" ? source.path : "standard input";
}

/** An open source. `sizeBytes` is known for regular files only. */
export interface OpenSource {
  readonly stream: Readable;
  readonly sizeBytes: number | undefined;
}

/** False on Windows, which has no non-blocking open. Its pipes are read like files. */
const CAN_OPEN_PIPES = "O_NONBLOCK" in constants;

/** Opens a source. Throws RunError "input-not-found" if it can't be opened. */
export async function openSource(source: InputSource): Promise<OpenSource> {
  if (source.kind === "stdin") return { stream: source.stream, sizeBytes: undefined };
  try {
    if (CAN_OPEN_PIPES && (await stat(source.path)).isFIFO())
      return { stream: openPipe(source.path), sizeBytes: undefined };
    const handle = await open(source.path);
    const stats = await handle.stat();
    if (!stats.isDirectory()) {
      return { stream: handle.createReadStream(), sizeBytes: stats.isFile() ? stats.size : undefined };
    }
    await handle.close();
  } catch (cause) {
    throw new RunError("input-not-found", `${source.path} can't be read: ${whyUnreadable(cause)}`, { cause });
  }
  throw new RunError("input-not-found", `${source.path} is a folder; name a CSV file`);
}

/**
 * Opens a named pipe without blocking. Otherwise a pipe without a writer would block a thread, and the process could not
 * end when the run stops.
 */
function openPipe(path: string): Readable {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true });
}

function whyUnreadable(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith("ENOENT")) return "there is no such file";
  if (message.startsWith("EACCES")) return "permission denied; check the file's permissions";
  return message;
}

/** A digest and a count of the bytes of a source, before they are decompressed or decoded. */
export class SourceDigest {
  readonly #hash = createHash("sha256");
  #bytesRead = 0;

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Returns the hex SHA-256 of the bytes read so far. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Yields the stream's bytes. Throws RunError "input" if the system reports a read error. */
  async *pipe(stream: Readable, name: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of stream) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        this.#hash.update(bytes);
        this.#bytesRead += bytes.length;
        // An empty chunk would end a stream that is built from this generator.
        if (bytes.length > 0) yield bytes;
      }
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw new RunError("input", `${name} can't be read further: ${error.message}`, { cause: error });
    }
  }
}
