/** The beginning of a stream of bytes, and what comes behind it. */
export interface ReadAhead {
  /** At least as many bytes as were asked for, or all that there are. */
  readonly beginning: Buffer;
  /** Nothing comes behind it. */
  readonly isWhole: boolean;
  readonly rest: AsyncGenerator<Buffer, void, undefined>;
}

/** Reads the first `sizeBytes` of a stream, and little more than them; the rest stays unread until it is asked for. */
export async function readAhead(
  chunks: AsyncGenerator<Buffer, void, undefined>,
  sizeBytes: number,
): Promise<ReadAhead> {
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
