import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { RunError } from "../domain/run-error.ts";

const GZIP_MARK = Buffer.from([0x1f, 0x8b]);

/**
 * The bytes as they were before gzip compressed them, or as they are where it did not: what the content says
 * counts, whatever the file's name is. Memory stays small however much comes out.
 *
 * Ends with RunError "input" where the compressed bytes are damaged or cut off.
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
  // Who reads meets the error there.
  pipeline(Readable.from(together(beginning, rest), { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw gzipError(error, name);
  }
}

/** Whether the bytes begin as gzip's do. */
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
  const what = error.code === "Z_BUF_ERROR" ? "ends before its compressed text does" : "is damaged";
  return new RunError(
    "input",
    `${name} is compressed with gzip and ${what} (${error.message}). Copy or export it again; gzip -t tells whether a file is whole`,
    { cause: error },
  );
}

/** The beginning of a stream of bytes, and what comes behind it. */
export interface Peeked {
  /** At least as many bytes as were asked for, or all that there are. */
  readonly beginning: Buffer;
  /** Nothing comes behind it. */
  readonly isWhole: boolean;
  readonly rest: AsyncGenerator<Buffer, void, undefined>;
}

/** Reads the first `sizeBytes` of a stream, and little more than them; the rest stays unread until it is asked for. */
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
