import { readAddress, shown } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";
import { cellAt, holdsAddresses } from "./address-cells.ts";
import { DELIMITERS } from "./dialect.ts";
import {
  type ColumnChoice,
  chosenNames,
  type Found,
  familyKey,
  type HeaderPlace,
  HINTS,
  headerKey,
  type Role,
  SYNONYMS,
} from "./header-names.ts";

type FoundColumns = { readonly [role in Role]: Found };
type Records = readonly (readonly string[])[];

const ROLES: readonly Role[] = ["aliasFor", "alias"];
/** Exchange exports some hundred columns; who has more looks into the file. */
const HEADERS_SHOWN = 200;

/** A header in which a column is missing: what there is, and what to type. */
export function missingColumns(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
  place: HeaderPlace,
): RunError {
  const missing = ROLES.filter((role) => found[role].kind === "none");
  const keys = new Set(header.map(headerKey));
  const expected = missing
    .flatMap((role) => chosenNames(role, choice)?.filter((name) => !keys.has(headerKey(name))) ?? [role])
    .map((name) => `"${shown(name)}"`)
    .join(" and ");
  const without = missing.flatMap((role) => withoutAddresses(role, header, choice));
  const holding = holdingColumns(header, records);
  const sentences = [
    `no column ${expected} (expected a header line; case, spaces, _ and - make no difference). Found: ${named(header, header.keys())}`,
    ...(without.length > 0 ? [`No addresses in the first records of: ${named(header, without)}`] : []),
    ...(holding.length > 0 ? [`Addresses are in: ${named(header, holding)}`] : []),
    header.some((cell) => readAddress(cell).ok)
      ? "That looks like a record: if the file has no header line, add --no-header"
      : (delimiterAdvice(header, holding, place.delimiter) ??
        `Name the columns with ${columnsOption(found, header, records)}`),
  ];
  return new RunError("input", `${at(place)}: ${sentences.join(". ")}`);
}

/** A header in which several columns can be meant. */
export function doubtfulColumns(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  place: HeaderPlace,
): RunError {
  const doubts = ROLES.flatMap((role) => {
    const one = found[role];
    return one.kind === "several" ? [`${role} can be any of ${positioned(header, one.families.flat())}`] : [];
  });
  return new RunError(
    "input",
    `${at(place)}: ${doubts.join("; ")}. Found: ${named(header, header.keys())}. Say which with ${columnsOption(found, header, records)}`,
  );
}

/** A needed header that occurs again. */
export function twiceInHeader(
  indexes: readonly number[],
  header: readonly string[],
  place: HeaderPlace,
): RunError {
  const [first = 0] = indexes;
  const name = shown(cellAt(header, first));
  return new RunError(
    "input",
    `${at(place)}: the header "${name}" occurs more than once, in columns ${positioned(header, indexes)}; rename all but one of them`,
  );
}

/** `aliases.csv, line 3`. */
export function at(place: Pick<HeaderPlace, "name" | "line">): string {
  return `${place.name}, line ${place.line}`;
}

/** How a delimiter is told and typed: `tabs`, or the character in quotes. */
export function shownDelimiter(delimiter: string): string {
  return delimiter === "\t" ? "tabs" : `'${shown(delimiter)}'`;
}

/** `--delimiter` with the character, as it is typed. */
function delimiterOption(delimiter: string): string {
  return `--delimiter ${delimiter === "\t" ? "tab" : `'${delimiter}'`}`;
}

/** Columns whose name would do, but that hold no addresses. */
function withoutAddresses(role: Role, header: readonly string[], choice: ColumnChoice): number[] {
  if (chosenNames(role, choice) !== undefined) return [];
  const keyOf = role === "alias" ? familyKey : headerKey;
  return [...header.keys()].filter((index) => SYNONYMS[role].has(keyOf(cellAt(header, index))));
}

function holdingColumns(header: readonly string[], records: Records): number[] {
  const even = records.filter((record) => record.length === header.length);
  return [...header.keys()].filter((index) => even.some((record) => holdsAddresses(cellAt(record, index))));
}

/** A header that has another delimiter in it than the one it was read with. */
function delimiterAdvice(
  header: readonly string[],
  holding: readonly number[],
  delimiter: string,
): string | undefined {
  // Columns of addresses that can be told apart prove the delimiter, whatever else is in the header.
  const doubted = holding.length > 0 ? holding.map((index) => cellAt(header, index)) : header;
  const other = DELIMITERS.find((it) => it !== delimiter && doubted.some((name) => name.includes(it)));
  if (header.length === 1) {
    if (other === undefined) {
      return `That is a single column, read with ${shownDelimiter(delimiter)} between cells: if another character separates them, name it with --delimiter`;
    }
    return `The cells seem to be separated by ${shownDelimiter(other)}: add ${delimiterOption(other)}`;
  }
  if (other === undefined) return undefined;
  return `It was read with ${shownDelimiter(delimiter)} between cells, and has ${shownDelimiter(other)} too: if these separate them, add ${delimiterOption(other)}; if not, name the columns with --columns "aliasFor=NAME,alias=NAME"`;
}

/** The option to type, with the headers filled in that can be meant. */
function columnsOption(found: FoundColumns, header: readonly string[], records: Records): string {
  const holding = holdingColumns(header, records);
  const taken = new Set<number>();
  const chosen: { [role in Role]?: number } = {};
  const choose = (role: Role, index: number | undefined): void => {
    if (index === undefined || chosen[role] !== undefined) return;
    chosen[role] = index;
    taken.add(index);
  };
  for (const role of ROLES) {
    const one = found[role];
    if (one.kind === "one") choose(role, one.indexes[0]);
    if (one.kind === "several") choose(role, one.families[0]?.[0]);
  }
  const pool = (): number[] => {
    return (holding.length > 0 ? holding : [...header.keys()]).filter((index) => !taken.has(index));
  };
  const hinted = (role: Role, index: number): boolean =>
    HINTS[role].test(cellAt(header, index).toLowerCase());
  for (const role of ROLES) {
    const other = role === "alias" ? "aliasFor" : "alias";
    const [only, ...more] = pool().filter((index) => hinted(role, index) && !hinted(other, index));
    if (more.length === 0) choose(role, only);
  }
  const open = ROLES.filter((role) => chosen[role] === undefined);
  const free = pool();
  // As many columns as addresses are missing: one way round or the other.
  if (free.length === open.length) for (const [nth, role] of open.entries()) choose(role, free[nth]);
  const name = (role: Role): string => shown(header[chosen[role] ?? -1] ?? "NAME");
  return `--columns "aliasFor=${name("aliasFor")},alias=${name("alias")}"`;
}

/** Headers by their names, as many of them as can be read. */
export function named(header: readonly string[], indexes: Iterable<number>): string {
  const names = [...indexes].map((index) => `"${shown(cellAt(header, index))}"`);
  const more = names.length - HEADERS_SHOWN;
  return more > 0 ? `${names.slice(0, HEADERS_SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

function positioned(header: readonly string[], indexes: readonly number[]): string {
  return indexes.map((index) => `${index + 1} ("${shown(cellAt(header, index))}")`).join(" and ");
}
