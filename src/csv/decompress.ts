import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { RunError } from "../domain/run-error.ts";

const GZIP_MARK = Buffer.from([0x1f, 0x8b]);

/**
 * Decompresses bytes that begin as gzip does, and passes all others through. The content decides, not the file's name.
 * Memory does not grow with the output.
 *
 * Throws RunError "input" if the compressed bytes are damaged or cut off.
 */
export async function* decompress(
  chunks: AsyncGenerator<Buffer, void, undefined>,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  const { beginning, rest } = await peek(chunks, GZIP_MARK.length);
  if (!isGzip(beginning)) {
    if (beginning.length > 0) yield beginning;
    yield* rest;
    return;
  }
  const gunzip = createGunzip();
  // The error surfaces to the reader of the stream.
  pipeline(Readable.from(together(beginning, rest), { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw gzipError(error, name);
  }
}

/** Returns whether the bytes begin with gzip's signature. */
export function isGzip(bytes: Buffer): boolean {
  return GZIP_MARK.equals(bytes.subarray(0, GZIP_MARK.length));
}

async function* together(
  beginning: Buffer,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  yield beginning;
  yield* rest;
}

function gzipError(error: unknown, name: string): unknown {
  if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))) return error;
  const what = error.code === "Z_BUF_ERROR" ? "is cut off" : "is damaged";
  return new RunError(
    "input",
    `${name} is compressed with gzip and ${what} (${error.message}). Copy or export it again, and check it with gzip -t`,
    { cause: error },
  );
}

/** The beginning of a stream of bytes, and the rest of it. */
export interface Peeked {
  /** At least the requested number of bytes, or all if the stream has fewer. */
  readonly beginning: Buffer;
  /** True if the beginning is the whole stream. */
  readonly isWhole: boolean;
  readonly rest: AsyncGenerator<Buffer, void, undefined>;
}

/** Reads the first `sizeBytes` of a stream, or little more. The rest stays unread until it is requested. */
export async function peek(
  chunks: AsyncGenerator<Buffer, void, undefined>,
  sizeBytes: number,
): Promise<Peeked> {
  const beginning: Buffer[] = [];
  let readBytes = 0;
  let isWhole = false;
  while (readBytes < sizeBytes && !isWhole) {
    const { value: chunk, done } = await chunks.next();
    if (done === true) isWhole = true;
    else {
      beginning.push(chunk);
      readBytes += chunk.length;
    }
  }
  return { beginning: Buffer.concat(beginning), isWhole, rest: chunks };
}
