import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { isAddressCell } from "./column-roles.ts";

/** How a table's text is cut into records and cells, told from its beginning. */
export interface Dialect {
  readonly delimiter: string;
  /** Lines before the header or the first record that are none: `sep=;` and `#TYPE …`, with their line breaks. */
  readonly preamble: string;
  /** The header, if there is one, and the first records, as far as they are whole. */
  readonly sample: Records;
}

type Records = readonly (readonly string[])[];

/** Tells how well a table's beginning makes sense: values to be compared one by one, the more, the better. */
export type Score = (sample: Records) => readonly number[];

/** The beginning of a table in text, which the table may go on behind. */
export interface Sample {
  readonly text: string;
  readonly isWhole: boolean;
}

/** What programs separate cells with, the most usual first. */
export const DELIMITERS: readonly string[] = [",", ";", "\t", "|"];
/** Enough records to judge by; the first of an export are as good as any. */
const SAMPLE_RECORDS = 100;

/**
 * Excel's line that names the delimiter, which only Excel writes and reads, and the line in which Windows
 * PowerShell's Export-Csv names a .NET type. Excel saves the latter with delimiters behind it.
 */
const PREAMBLE = /^(?:"?sep=([^"\r\n\p{L}\p{N}@.])"?(?:\r\n|\n|\r))?(?:"?#TYPE [^\r\n]*(?:\r\n|\n|\r))?/iu;

/**
 * Tells the dialect from a table's beginning. What `--delimiter` gives counts before `sep=`, and that before a
 * guess: the delimiter with which the header and the first records are read best.
 */
export function detectDialect(beginning: Sample, given: string | undefined, judge: Score): Dialect {
  const [preamble = "", named] = PREAMBLE.exec(beginning.text) ?? [];
  const table = { ...beginning, text: beginning.text.slice(preamble.length) };
  const sure = given ?? named;
  if (sure !== undefined) return { delimiter: sure, preamble, sample: sampleRecords(table, sure) };
  // The first of equals wins: sorting is stable.
  const [best] = DELIMITERS.map((delimiter) => ({ delimiter, sample: sampleRecords(table, delimiter) })).sort(
    (a, b) => compareScores(judge(b.sample), judge(a.sample)),
  );
  return { delimiter: best?.delimiter ?? ",", preamble, sample: best?.sample ?? [] };
}

/** Returns the delimiter that a `sep=` line at the beginning of a text names. */
export function namedDelimiter(text: string): string | undefined {
  return PREAMBLE.exec(text)?.[1];
}

/**
 * Another delimiter that the records have, where all of the first ones have not as many cells as the header, but
 * would have them with it: the header was typed by hand, and the records come from a program.
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

/** How many lines a text ends. */
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
    // The last one is cut off where the beginning ends.
    if (!isWhole && records.length < SAMPLE_RECORDS) records.pop();
  } catch (error) {
    // The beginning can end within quotation marks, and those of another dialect never close: what was whole before
    // counts. Whether the table itself is whole is seen when it is read.
    if (!(error instanceof CsvError)) throw error;
  }
  return records.filter((record) => record.length > 1 || record[0]?.trim() !== "");
}
