import { createHash } from "node:crypto";
import { constants, openSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { type Readable, Transform } from "node:stream";
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

/** Opens the source, or throws RunError "input-not-found". */
export async function openSource(source: InputSource): Promise<OpenSource> {
  if (source.kind === "stdin") return { stream: source.stream, sizeBytes: undefined };
  try {
    if ((await stat(source.path)).isFIFO()) return { stream: openPipe(source.path), sizeBytes: undefined };
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

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Beginnings of files that are no text in UTF-8, and what to call them. */
const FOREIGN_BEGINNINGS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xff, 0xfe]), "text in UTF-16"],
  [Buffer.from([0xfe, 0xff]), "text in UTF-16"],
  [Buffer.from([0x1f, 0x8b]), "compressed with gzip"],
  [Buffer.from("PK\u0003\u0004"), "an Excel workbook or a ZIP archive"],
];
const BEGINNING_BYTES = 4;

/**
 * Lets through what is text in UTF-8, without its byte order mark, and keeps count of what came in. Ends with
 * RunError "input" where it meets something else.
 */
export class TextGate extends Transform {
  readonly #name: string;
  readonly #hash = createHash("sha256");
  #beginning: Buffer | undefined = Buffer.alloc(0);
  #bytesRead = 0;
  #bom = false;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  /** Bytes received, the byte order mark included. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Whether the text began with a byte order mark. */
  get bom(): boolean {
    return this.#bom;
  }

  /** Hex SHA-256 of the bytes received so far, the byte order mark included. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformDone): void {
    this.#hash.update(chunk);
    const nul = chunk.indexOf(0);
    const nulAt = this.#bytesRead + nul;
    this.#bytesRead += chunk.length;
    if (this.#beginning === undefined) {
      callback(nul === -1 ? null : this.#refusal(`has a NUL byte at byte ${nulAt + 1}`), chunk);
      return;
    }
    this.#beginning = Buffer.concat([this.#beginning, chunk]);
    if (this.#beginning.length >= BEGINNING_BYTES) this.#passBeginning(this.#beginning, callback);
    else callback();
  }

  override _flush(callback: TransformDone): void {
    if (this.#beginning === undefined) callback();
    else this.#passBeginning(this.#beginning, callback);
  }

  #passBeginning(beginning: Buffer, callback: TransformDone): void {
    this.#beginning = undefined;
    for (const [mark, what] of FOREIGN_BEGINNINGS) {
      if (mark.equals(beginning.subarray(0, mark.length))) {
        callback(this.#refusal(`is ${what}`));
        return;
      }
    }
    const nul = beginning.indexOf(0);
    if (nul !== -1) {
      callback(this.#refusal(`has a NUL byte at byte ${nul + 1}`));
      return;
    }
    this.#bom = UTF8_MARK.equals(beginning.subarray(0, UTF8_MARK.length));
    const text = this.#bom ? beginning.subarray(UTF8_MARK.length) : beginning;
    callback(null, text.length === 0 ? undefined : text);
  }

  #refusal(what: string): RunError {
    return new RunError("input", `${this.#name} ${what}, not text in UTF-8; save it as CSV UTF-8`);
  }
}

type TransformDone = (error?: Error | null, chunk?: Buffer) => void;
