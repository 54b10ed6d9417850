import { CsvError, parse } from "csv-parse/sync";
import type { InputRecord } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";

/**
 * An unquoter for records that a spreadsheet has quoted as a whole: each is one quoted cell that contains the record's
 * text. Applies only if all first records after the header are quoted so. A later one that is not stops the run.
 */
export class QuotedWhole {
  readonly #name: string;
  readonly #delimiter: string;
  readonly #cellCount: number;

  private constructor(name: string, delimiter: string, cellCount: number) {
    this.#name = name;
    this.#delimiter = delimiter;
    this.#cellCount = cellCount;
  }

  /** Returns undefined if the first records, which include the header, are ordinary ones. */
  static of(records: readonly InputRecord[], delimiter: string, name: string): QuotedWhole | undefined {
    const [header, ...others] = records;
    if (header === undefined || others.length === 0) return undefined;
    const cellCount = (unquoted(header, delimiter) ?? header).cells.length;
    const isWhole = others.every((record) => unquoted(record, delimiter)?.cells.length === cellCount);
    return isWhole && cellCount > 1 ? new QuotedWhole(name, delimiter, cellCount) : undefined;
  }

  /** Unquotes the first records. The header may be quoted or not. */
  first([header, ...others]: readonly InputRecord[]): readonly InputRecord[] {
    if (header === undefined) return [];
    return [unquoted(header, this.#delimiter) ?? header, ...this.next(others)];
  }

  /** Unquotes later records. Throws RunError "input" for one that is not quoted whole. */
  next(records: readonly InputRecord[]): readonly InputRecord[] {
    return records.map((record) => {
      const found = unquoted(record, this.#delimiter);
      if (found !== undefined && found.cells.length === this.#cellCount) return found;
      throw new RunError(
        "input",
        `${this.#name}, line ${record.line}: the records before this one are quoted whole, and this one is not. Write all records alike: remove the quotation marks around whole lines, and the doubled ones inside`,
      );
    });
  }
}

/** Returns the record inside a single quoted cell; undefined if there is none. */
function unquoted(record: InputRecord, delimiter: string): InputRecord | undefined {
  const [raw = "", ...others] = record.cells;
  if (others.length > 0 || !raw.includes(delimiter)) return undefined;
  // Excludes a cell with a misplaced quotation mark.
  if (record.raw !== `"${raw.replaceAll('"', '""')}"`) return undefined;
  const [cells, ...more] = cellsOf(raw, delimiter);
  return cells === undefined || more.length > 0 ? undefined : { ...record, cells, raw };
}

function cellsOf(text: string, delimiter: string): readonly (readonly string[])[] {
  try {
    const records: string[][] = parse(text, {
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
    });
    return records;
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}
