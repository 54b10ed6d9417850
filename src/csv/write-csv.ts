import { AtomicFile } from "../files/atomic-file.ts";
import { type CsvRow, formatCsv } from "./format-csv.ts";

/** Things that come in batches, such as pages of a query. */
export type Batches<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/**
 * Writes a table as CSV in UTF-8: commas, LF, a header line. The file appears whole or not at all, readable by
 * its owner only. A batch is asked for when the one before it is written, so memory holds one batch.
 *
 * NUL characters are left out, as no reader of CSV takes them, this tool's own included; anything else is
 * written as it is.
 *
 * Returns the number of rows, the header not counted. With `unlessEmpty`, no rows make no file. Throws RunError
 * "output" where the file can't be written, and what `batches` throws; either way no part of it is left.
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

/** What goes around records that are written back as they came. */
export interface RawLayout {
  readonly bom: boolean;
  /** The header line's own bytes, if the input had one. */
  readonly header: Buffer | undefined;
  readonly lineBreak: string;
}

/**
 * Writes records' own bytes back, each with a line break behind it, under the input's header. As `writeCsv`
 * otherwise, with nothing escaped; no records make no file.
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
