import { readAddress, shown } from "../domain/address.ts";
import type { RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";

/** Which columns the user says hold the two addresses: headers, or positions from 1 where there is no header. */
export interface ColumnChoice {
  readonly aliasFor?: string | undefined;
  readonly alias?: string | undefined;
}

/** Where in a file the columns are looked for, for messages. */
export interface HeaderPlace {
  readonly name: string;
  readonly line: number;
}

type Columns = RecordLayout["columns"];
type Role = keyof Columns;

/** Finds the two columns by the header's names. Throws RunError "input" where that is not possible. */
export function columnsByHeader(
  header: readonly string[],
  choice: ColumnChoice,
  place: HeaderPlace,
  delimiter: string,
): Columns {
  const aliasFor = positionOf("aliasFor", header, choice, place);
  const alias = positionOf("alias", header, choice, place);
  if (aliasFor === undefined || alias === undefined) {
    throw missingColumns({ aliasFor, alias }, header, choice, place, delimiter);
  }
  if (aliasFor === alias) throw sameColumn(place);
  return { aliasFor, alias };
}

/** Finds the two columns by position, from 1, in a file without a header; by default the first two. */
export function columnsByPosition(cellCount: number, choice: ColumnChoice, place: HeaderPlace): Columns {
  const position = (role: Role, text: string): number => {
    if (!/^[1-9]\d{0,5}$/.test(text)) {
      throw new RunError(
        "usage",
        `--columns ${role}=${shown(text)}: with --no-header, give the column's position, from 1`,
      );
    }
    if (Number(text) > cellCount) {
      throw new RunError(
        "input",
        `${at(place)}: ${role} should be in column ${text}, and the record has ${cellCount} ${
          cellCount === 1 ? "cell" : "cells"
        }. Name the columns with --columns aliasFor=POSITION,alias=POSITION, or the delimiter with --delimiter`,
      );
    }
    return Number(text) - 1;
  };
  const columns = {
    aliasFor: position("aliasFor", choice.aliasFor ?? "1"),
    alias: position("alias", choice.alias ?? "2"),
  };
  if (columns.aliasFor === columns.alias) throw sameColumn(place);
  return columns;
}

/** The form in which headers are compared: without regard to case, spaces, `_` and `-`. */
function headerKey(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_\u200b\ufeff-]/g, "");
}

function positionOf(
  role: Role,
  header: readonly string[],
  choice: ColumnChoice,
  place: HeaderPlace,
): number | undefined {
  const wanted = headerKey(choice[role] ?? role);
  const found = header.flatMap((name, index) => (headerKey(name) === wanted ? [index] : []));
  const [first, second] = found;
  if (second !== undefined) {
    const positions = found.map((index) => `${index + 1} ("${shown(header[index] ?? "")}")`).join(" and ");
    throw new RunError(
      "input",
      `${at(place)}: the header "${shown(choice[role] ?? role)}" occurs more than once, in columns ${positions}; rename all but one of them`,
    );
  }
  return first;
}

function missingColumns(
  found: { readonly [role in Role]: number | undefined },
  header: readonly string[],
  choice: ColumnChoice,
  place: HeaderPlace,
  delimiter: string,
): RunError {
  const roles: readonly Role[] = ["aliasFor", "alias"];
  const missing = roles.filter((role) => found[role] === undefined);
  const expected = missing.map((role) => `"${shown(choice[role] ?? role)}"`).join(" and ");
  const headers = header.map((name) => `"${shown(name)}"`).join(", ");
  const advice = header.some((cell) => readAddress(cell).ok)
    ? "That looks like a record: if the file has no header line, add --no-header"
    : (delimiterAdvice(header, delimiter) ?? `Name the columns with ${columnsOption(found, header)}`);
  return new RunError(
    "input",
    `${at(place)}: no column ${expected} (expected a header line; case, spaces, _ and - make no difference). Found: ${headers}. ${advice}`,
  );
}

/** A header of one cell that would be several with another delimiter. */
function delimiterAdvice(header: readonly string[], delimiter: string): string | undefined {
  if (header.length !== 1) return undefined;
  const other = [",", ";", "\t", "|"].find((it) => it !== delimiter && header[0]?.includes(it));
  if (other === undefined) return undefined;
  return `The cells seem to be separated by ${other === "\t" ? "tabs: add --delimiter tab" : `'${other}': add --delimiter '${other}'`}`;
}

/** The option to type, with the headers filled in that can only be meant. */
function columnsOption(
  found: { readonly [role in Role]: number | undefined },
  header: readonly string[],
): string {
  const free = header.map((_, index) => index).filter((it) => it !== found.aliasFor && it !== found.alias);
  const onlyWayRound = header.length === 2;
  const named = (role: Role): string => {
    const index = found[role] ?? (onlyWayRound ? free.shift() : undefined);
    return index === undefined ? "NAME" : shown(header[index] ?? "");
  };
  return `--columns "aliasFor=${named("aliasFor")},alias=${named("alias")}"`;
}

function sameColumn(place: HeaderPlace): RunError {
  return new RunError("usage", `${place.name}: --columns names one column for both addresses; name two`);
}

function at(place: HeaderPlace): string {
  return `${place.name}, line ${place.line}`;
}
