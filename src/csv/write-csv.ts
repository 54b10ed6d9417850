import { AtomicFile } from "../files/atomic-file.ts";
import { type CsvRow, formatCsv } from "./format-csv.ts";

/** Items in batches, such as the batches of a query. */
export type Batches<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/**
 * Writes a table atomically as CSV in UTF-8: commas, LF, a header line. Only the owner can read the file. A batch is
 * requested after the previous one is written, so that memory holds one batch.
 *
 * Drops NUL characters, because CSV readers, this tool included, reject them. Writes all other characters as they are.
 *
 * Returns the number of rows without the header. With `unlessEmpty`, does not create a file without rows. Throws
 * RunError "output" if the file can't be written, and any error of `batches`; neither leaves a part of the file behind.
 */
export async function writeCsv(
  path: string,
  header: readonly string[],
  batches: Batches<CsvRow>,
  options: { readonly unlessEmpty?: boolean } = {},
): Promise<number> {
  return await writeBatches(path, {
    beginning: formatCsv([header]),
    batches,
    text: (rows) => formatCsv(rows),
    unlessEmpty: options.unlessEmpty === true,
  });
}

/** The parts of a file around records that are written back unchanged. */
export interface RawLayout {
  readonly bom: boolean;
  /** The bytes of the header line, if the input has one. */
  readonly header: Buffer | undefined;
  readonly lineBreak: string;
}

/**
 * Writes the bytes of records back under the input's header, each with a line break after it. Works like
 * {@link writeCsv}, but does not escape anything. Does not create a file without records.
 */
export async function writeRawLines(
  path: string,
  layout: RawLayout,
  batches: Batches<Buffer>,
): Promise<number> {
  const lineBreak = Buffer.from(layout.lineBreak);
  const lines = (records: readonly Buffer[]): Buffer =>
    Buffer.concat(records.flatMap((record) => [record, lineBreak]));
  const header = layout.header === undefined ? [] : [layout.header];
  return await writeBatches(path, {
    beginning: Buffer.concat([Buffer.from(layout.bom ? "\ufeff" : ""), lines(header)]),
    batches,
    text: lines,
    unlessEmpty: true,
  });
}

interface Writing<T> {
  readonly beginning: string | Buffer;
  readonly batches: Batches<T>;
  readonly text: (batch: readonly T[]) => string | Buffer;
  readonly unlessEmpty: boolean;
}

async function writeBatches<T>(path: string, writing: Writing<T>): Promise<number> {
  let count = 0;
  let file: AtomicFile | undefined;
  const begin = async (): Promise<AtomicFile> => {
    const begun = await AtomicFile.create(path);
    file = begun;
    if (writing.beginning.length > 0) await begun.append(writing.beginning);
    return begun;
  };
  try {
    if (!writing.unlessEmpty) await begin();
    for await (const batch of writing.batches) {
      if (batch.length === 0) continue;
      await (file ?? (await begin())).append(writing.text(batch));
      count += batch.length;
    }
    await file?.commit();
    return count;
  } catch (error) {
    await file?.discard();
    throw error;
  }
}
