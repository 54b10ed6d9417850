import { Readable } from "node:stream";
import { type InputOptions, type OpenInput, openInput } from "../../src/csv/open-input.ts";
import type { InputRecord } from "../../src/domain/row.ts";

/** Opens text or bytes as standard input, in pieces of `pieceBytes`. */
export async function openText(
  content: string | Buffer,
  options: InputOptions = {},
  pieceBytes = 64 * 1024,
): Promise<OpenInput> {
  const bytes = Buffer.from(content);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) => {
    return bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes);
  });
  return await openInput({ kind: "stdin", stream: Readable.from(pieces, { objectMode: false }) }, options);
}

/** The rest of an input's records. */
export async function allRecords(input: OpenInput): Promise<readonly InputRecord[]> {
  const records: InputRecord[] = [];
  for await (const batch of input.records) records.push(...batch);
  return records;
}
