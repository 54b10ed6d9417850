import { displayText } from "../domain/address.ts";
import { quotationFault } from "../domain/quotation.ts";
import type { InputRecord, RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import { shownDelimiter } from "./column-errors.ts";
import { type ColumnChoice, holdsAddresses, namedRoleCount } from "./column-roles.ts";
import { columnsByHeader, columnsByPosition, unreadColumns } from "./columns.ts";
import { type Dialect, detectRecordDelimiter, type Sample } from "./dialect.ts";
import { checkHeaderLine, findHeader, firstFilled, headerFurtherDown } from "./find-header.ts";

/** The columns of a table, and the text in front of its records. */
export interface TableLayout extends RecordLayout {
  /** The header's cells; undefined without a header. */
  readonly header: readonly string[] | undefined;
  /**
   * The text in front of the records, without the line break that ends it: the header and all lines before it, such as
   * `sep=;`, `#TYPE …`, empty records, and the lines that `--header-line` ignores. Undefined if there is none.
   */
  readonly headerRaw: string | undefined;
  /** The columns that hold addresses in the first records and are not read. */
  readonly unreadColumns: readonly number[];
}

/** The properties of a table that are known before its columns. */
export interface TableStart {
  readonly name: string;
  readonly dialect: Dialect;
  readonly options: {
    readonly noHeader?: boolean | undefined;
    readonly columns?: ColumnChoice | undefined;
    readonly headerLine?: number | undefined;
  };
  /** The text before the line that `--header-line` names. */
  readonly ignored: string;
  readonly lineBreak: string;
}

/** The number of records from which columns are detected. */
const SAMPLE_RECORDS = 100;

/**
 * Finds the header among the first records, and the columns in it. `headerCount` is the number of records up to and
 * including the header, which are not read as rows. Throws RunError "input" if the columns are missing or ambiguous, or
 * if the header seems to be further down, and "usage" if the chosen columns are not possible.
 */
export function detectLayout(
  records: readonly InputRecord[],
  start: TableStart,
): { readonly layout: TableLayout; readonly headerCount: number } {
  const { name, dialect, options, ignored, lineBreak } = start;
  const choice = options.columns ?? {};
  const cells = records.slice(0, SAMPLE_RECORDS + 1).map((record) => record.cells);
  const index = options.noHeader === true ? 0 : firstFilled(cells);
  const header = records[index];
  if (header === undefined) {
    throw new RunError(
      "input",
      `${name} is empty; expected a header line with aliasFor and alias, then records`,
    );
  }
  const { delimiter } = dialect;
  const place = { name, line: header.line, delimiter };
  const cellCount = header.cells.length;
  if (options.noHeader === true) {
    const columns = columnsByPosition(cellCount, choice, place);
    const headerRaw = dialect.preamble.replace(/(?:\r\n|\n|\r)$/, "") || undefined;
    const unread = unreadColumns(cellCount, cells, columns);
    return {
      layout: { columns, cellCount, delimiter, header: undefined, headerRaw, unreadColumns: unread },
      headerCount: 0,
    };
  }
  checkHeaderLine(options.headerLine, header.line, name);
  const isNamed = namedRoleCount(header.cells, choice) === 2;
  const other = isNamed ? undefined : findHeader(cells, choice);
  const better = other === undefined || other === index ? undefined : records[other];
  if (better !== undefined) throw headerFurtherDown(place, better.line, better.cells);
  const sample = cells.slice(index + 1);
  const columns = columnsByHeader(header.cells, sample, choice, place);
  const extraCells = extraCellsOf(sample, cellCount);
  const layout = { columns, cellCount, extraCells, delimiter, header: header.cells };
  refuseMisquotedHeader(header, layout, name);
  const before = records.slice(0, index + 1).map(({ raw }) => raw);
  const headerRaw = `${ignored}${dialect.preamble}${before.join(lineBreak)}`;
  const unread = unreadColumns(cellCount, sample, columns);
  return { layout: { ...layout, headerRaw, unreadColumns: unread }, headerCount: index + 1 };
}

/** Returns the number of empty cells that every record has after those of the header, because lines end in delimiters. */
function extraCellsOf(records: readonly (readonly string[])[], cellCount: number): number {
  const [first = []] = records;
  const isSame = records.every(
    (cells) => cells.length === first.length && cells.slice(cellCount).every((cell) => cell.trim() === ""),
  );
  return isSame && records.length > 1 ? Math.max(0, first.length - cellCount) : 0;
}

/** Throws RunError "input" for a header with a misplaced quotation mark: it may contain records, which would be lost. */
function refuseMisquotedHeader(header: InputRecord, layout: RecordLayout, name: string): void {
  const isLong = /[\r\n]/.test(header.raw) && header.cells.some(holdsAddresses);
  const why = isLong
    ? `it continues past its line and contains addresses: '${displayText(header.raw)}'. Look for a missing or surplus quotation mark, and fix it`
    : quotationFault(header, layout)?.message;
  if (why === undefined) return;
  throw new RunError("input", `${name}, line ${header.line}: the header can't be used: ${why}`);
}

/** Throws RunError "input" if the records have another delimiter than the header. */
export function refuseOtherDelimiter(beginning: Sample, dialect: Dialect, place: string): void {
  const other = detectRecordDelimiter(beginning, dialect);
  if (other === undefined) return;
  throw new RunError(
    "input",
    `${place}: the header has ${shownDelimiter(dialect.delimiter)} between its cells, but the records after it have ${shownDelimiter(other)}. Write the header with the same delimiter as the records, and import the file again`,
  );
}
