import { displayText } from "../domain/address.ts";
import { quotationFault } from "../domain/quotation.ts";
import type { InputRecord, RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import { shownDelimiter } from "./column-errors.ts";
import { type ColumnChoice, holdsAddresses, namedRoleCount } from "./column-roles.ts";
import { columnsByHeader, columnsByPosition, unreadColumns } from "./columns.ts";
import { type Dialect, detectRecordDelimiter, type Sample } from "./dialect.ts";
import { checkHeaderLine, findHeader, firstFilled, headerFurtherDown } from "./find-header.ts";

/** The columns of a table, and what is in front of its records. */
export interface TableLayout extends RecordLayout {
  /** The header's cells; undefined without a header. */
  readonly header: readonly string[] | undefined;
  /**
   * The text in front of the records, without the line break that ends it: the header, and what is before it, such as
   * `sep=;`, `#TYPE …`, empty records, and the lines that `--header-line` ignores. Undefined where there is none of it.
   */
  readonly headerRaw: string | undefined;
  /** The columns that hold addresses in the first records and are not read. */
  readonly unreadColumns: readonly number[];
}

/** What is known of a table before its columns are. */
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

/** Enough records to tell columns by. */
const SAMPLE_RECORDS = 100;

/**
 * Finds the header among the first records, and the columns by it. `headerCount` is the number of records up to the
 * header and with it, which are not read as rows. Throws RunError "input" where there are no such columns, or where the
 * header looks to be further down, "usage" where the columns named can't be meant.
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

/** Returns how many empty cells each of several records has behind those of the header: its lines end in delimiters. */
function extraCellsOf(records: readonly (readonly string[])[], cellCount: number): number {
  const [first = []] = records;
  const isSame = records.every(
    (cells) => cells.length === first.length && cells.slice(cellCount).every((cell) => cell.trim() === ""),
  );
  return isSame && records.length > 1 ? Math.max(0, first.length - cellCount) : 0;
}

/** A header that goes on behind its line may have taken records with it, which would be lost. */
function refuseMisquotedHeader(header: InputRecord, layout: RecordLayout, name: string): void {
  const isLong = /[\r\n]/.test(header.raw) && header.cells.some(holdsAddresses);
  const why = isLong
    ? `it goes on behind its line, and has addresses in it: '${displayText(header.raw)}'. Look for a quotation mark that is missing or too many`
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
    `${place}: the header has ${shownDelimiter(dialect.delimiter)} between its cells, and the records behind it have ${shownDelimiter(other)}. Write the header as the records are, and import the file again`,
  );
}
