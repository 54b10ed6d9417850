import { createHash } from "node:crypto";
import { constants, openSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { RunError } from "../domain/run-error.ts";

/** Where records are read from. */
export type InputSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin"; readonly stream: Readable };

/** How messages name a source. */
export function inputName(source: InputSource): string {
  return source.kind === "file" ? source.path : "standard input";
}

/** A source, open. `sizeBytes` is known of regular files only. */
export interface OpenSource {
  readonly stream: Readable;
  readonly sizeBytes: number | undefined;
}

/** Windows knows no open without blocking; its pipes are read like files. */
const CAN_OPEN_PIPES = "O_NONBLOCK" in constants;

/** Opens the source, or throws RunError "input-not-found". */
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
 * A named pipe is read without blocking: one that nobody writes to would hold the process in a thread of its
 * own, even when the run is told to end.
 */
function openPipe(path: string): Readable {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true });
}

function whyUnreadable(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith("ENOENT")) return "there is no such file";
  if (message.startsWith("EACCES")) return "reading it is not permitted";
  return message;
}

/** Keeps count of what is read from a source: its bytes as they are there, before anything is made of them. */
export class SourceDigest {
  readonly #hash = createHash("sha256");
  #bytesRead = 0;

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Hex SHA-256 of the bytes read so far. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** The stream's bytes. Ends with RunError "input" where the system refuses to give more of them. */
  async *pipe(stream: Readable, name: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of stream) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        this.#hash.update(bytes);
        this.#bytesRead += bytes.length;
        // An empty chunk would look like the end to a stream that is made of this.
        if (bytes.length > 0) yield bytes;
      }
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw new RunError("input", `${name} can't be read further: ${error.message}`, { cause: error });
    }
  }
}
