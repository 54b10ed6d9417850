import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { isAddressCell } from "./column-roles.ts";

/** The way in which a table's text is split into records and cells, detected from its beginning. */
export interface Dialect {
  readonly delimiter: string;
  /** Lines before the header or first record (`sep=;`, `#TYPE …`), line breaks included. */
  readonly preamble: string;
  /** The header, if there is one, and the first complete records. */
  readonly sample: Records;
}

type Records = readonly (readonly string[])[];

/** A function that scores how plausible a sample is. Scores are compared item by item; the higher one wins. */
export type Score = (sample: Records) => readonly number[];

/** The beginning of a table's text, or all of it. */
export interface Sample {
  readonly text: string;
  readonly isWhole: boolean;
}

/** The delimiters that programs use, the most common first. */
export const DELIMITERS: readonly string[] = [",", ";", "\t", "|"];
/** The number of records that are scored. The first records of an export are as typical as any. */
const SAMPLE_RECORDS = 100;

/**
 * The line in which Excel names the delimiter, which only Excel writes and reads, and the line in which Windows
 * PowerShell's Export-Csv names a .NET type. Excel saves the latter with delimiters after it.
 */
const PREAMBLE = /^(?:"?sep=([^"\r\n\p{L}\p{N}@.])"?(?:\r\n|\n|\r))?(?:"?#TYPE [^\r\n]*(?:\r\n|\n|\r))?/iu;

/**
 * Detects the dialect from a table's beginning. `--delimiter` takes precedence over `sep=`. Without either, chooses the
 * delimiter with the best score of the header and the first records.
 */
export function detectDialect(beginning: Sample, given: string | undefined, score: Score): Dialect {
  const [preamble = "", named] = PREAMBLE.exec(beginning.text) ?? [];
  const table = { ...beginning, text: beginning.text.slice(preamble.length) };
  const sure = given ?? named;
  if (sure !== undefined) return { delimiter: sure, preamble, sample: sampleRecords(table, sure) };
  // The first of equal scores wins, because sorting is stable.
  const [best] = DELIMITERS.map((delimiter) => ({ delimiter, sample: sampleRecords(table, delimiter) })).sort(
    (a, b) => compareScores(score(b.sample), score(a.sample)),
  );
  return { delimiter: best?.delimiter ?? ",", preamble, sample: best?.sample ?? [] };
}

/** Returns the delimiter that a `sep=` line at the beginning of a text names. */
export function namedDelimiter(text: string): string | undefined {
  return PREAMBLE.exec(text)?.[1];
}

/**
 * Detects a delimiter of the records that differs from the header's: with it, all first records have as many cells as
 * the header, and without it none has. It happens if the header was typed by hand and a program wrote the records.
 */
export function detectRecordDelimiter(beginning: Sample, dialect: Dialect): string | undefined {
  const cellCount = dialect.sample[0]?.length ?? 0;
  const isEven = (record: readonly string[]): boolean => record.length === cellCount;
  const hasEven = (sample: Records): boolean => sample.slice(1).some(isEven);
  if (cellCount < 2 || dialect.sample.length < 2 || hasEven(dialect.sample)) return undefined;
  const table = { ...beginning, text: beginning.text.slice(dialect.preamble.length) };
  return DELIMITERS.find((delimiter) => {
    const sample = sampleRecords(table, delimiter);
    return (
      sample.length > 1 && sample.slice(1).every((record) => isEven(record) && record.some(isAddressCell))
    );
  });
}

/** Counts the line breaks of a text. */
export function lineCount(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sampleRecords({ text, isWhole }: Sample, delimiter: string): string[][] {
  const records: string[][] = [];
  try {
    parse(text, {
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: SAMPLE_RECORDS,
      on_record: (record: string[]) => {
        records.push(record);
        return null;
      },
    });
    // The end of the beginning cuts the last record off.
    if (!isWhole && records.length < SAMPLE_RECORDS) records.pop();
  } catch (error) {
    // The beginning can end inside quotation marks, and with a wrong delimiter they may never close: the complete
    // records before them count. Reading the table itself finds out if it is damaged.
    if (!(error instanceof CsvError)) throw error;
  }
  return records.filter((record) => record.length > 1 || record[0]?.trim() !== "");
}
