import { pluralize } from "../domain/format.ts";
import { RunError } from "../domain/run-error.ts";
import { at, named } from "./column-errors.ts";
import {
  type ColumnChoice,
  cellAt,
  type HeaderLocation,
  holdsAddresses,
  namedRoleCount,
} from "./column-roles.ts";

/** The number of records that are searched for the header. Text above a header is shorter. */
const RECORDS_SEARCHED = 100;

const LF = 0x0a;
const CR = 0x0d;

type Records = readonly (readonly string[])[];

/** Returns the index of the first record with a non-empty cell: spreadsheets leave empty ones above a table. Default 0. */
export function firstFilled(records: Records): number {
  const found = records.slice(0, RECORDS_SEARCHED).findIndex((cells) => !isEmptyRecord(cells));
  return Math.max(0, found);
}

/**
 * Returns the index of the record that looks most like a header. That is the first one that names both roles. Otherwise
 * it is the one above the first addresses, if the first record names no role and each column of addresses has a name
 * there. Undefined if neither exists.
 */
export function findHeader(records: Records, choice: ColumnChoice): number | undefined {
  const searched = records.slice(0, RECORDS_SEARCHED);
  const both = searched.findIndex((cells) => namedRoleCount(cells, choice) === 2);
  if (both !== -1) return both;
  if (namedRoleCount(cellsAt(searched, firstFilled(searched)), choice) > 0) return undefined;
  const first = searched.findIndex((cells) => cells.length > 1 && cells.some(holdsAddresses));
  if (first < 1) return undefined;
  const below = cellsAt(searched, first);
  const above = cellsAt(searched, first - 1);
  const isHeader =
    above.length === below.length &&
    below.every((cell, index) => !holdsAddresses(cell) || cellAt(above, index).trim() !== "");
  return isHeader ? first - 1 : undefined;
}

/** Returns the error for a file whose header is further down than its first record. */
export function headerFurtherDown(place: HeaderLocation, line: number, header: readonly string[]): RunError {
  return new RunError(
    "input",
    `${at({ name: place.name, line })} looks like the header: ${named(header, header.keys())}. Line ${place.line} does not. Give --header-line ${line} to read the file from there; the lines before it are ignored`,
  );
}

/**
 * Returns the byte index at which a line, counted from 1, begins in a text in UTF-8. Throws RunError "input" if
 * `beginning` does not have that line.
 */
export function lineStart(beginning: Buffer, line: number, name: string, isWhole: boolean): number {
  let start = 0;
  let count = 1;
  for (let index = 0; index < beginning.length && count < line; index++) {
    const byte = beginning[index];
    if (byte !== LF && (byte !== CR || beginning[index + 1] === LF)) continue;
    start = index + 1;
    count += 1;
  }
  if (count === line && start < beginning.length) return start;
  const lines = start < beginning.length ? count : count - 1;
  const found = isWhole
    ? `the file has ${pluralize(lines, "line")}`
    : `its first ${beginning.length} bytes have ${pluralize(lines, "line")}`;
  throw new RunError(
    "input",
    `${name}: --header-line ${line} says that the header is in line ${line}, but ${found}. Give the number of the header's line`,
  );
}

/** Throws RunError "input" if the named line is empty, so that the first record begins in a later line. */
export function checkHeaderLine(headerLine: number | undefined, foundLine: number, name: string): void {
  if (headerLine === undefined || headerLine === 1 || headerLine === foundLine) return;
  throw new RunError(
    "input",
    `${name}, line ${headerLine}: --header-line ${headerLine} says that the header is here, but this line is empty. The next line that is not empty is line ${foundLine}. Give the number of the header's line`,
  );
}

function isEmptyRecord(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

function cellsAt(records: Records, index: number): readonly string[] {
  return records[index] ?? [];
}
