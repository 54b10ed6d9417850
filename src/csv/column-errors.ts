import { platform } from "node:os";
import { displayText, parseAddress } from "../domain/address.ts";
import { shellQuote } from "../domain/command-line.ts";
import { isPlainText } from "../domain/display-text.ts";
import { RunError } from "../domain/run-error.ts";
import {
  type ColumnChoice,
  cellAt,
  chosenNames,
  type FoundColumns,
  familyKey,
  type HeaderLocation,
  headerKey,
  type Role,
  SYNONYMS,
} from "./column-roles.ts";
import { columnWays, holdingColumns, waysByPosition } from "./column-ways.ts";
import { DELIMITERS } from "./dialect.ts";
import { hintOf } from "./header-words.ts";

type Records = readonly (readonly string[])[];

const ROLES: readonly Role[] = ["aliasFor", "alias"];
/** Exchange exports about a hundred columns. A message names at most twice as many. */
const HEADERS_SHOWN = 200;

/** Returns the error for a header without a needed column. It lists the columns that exist and the option to add. */
export function missingColumns(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
  place: HeaderLocation,
): RunError {
  const missing = ROLES.filter((role) => found[role].kind === "none");
  const keys = new Set(header.map(headerKey));
  const expected = missing
    .flatMap((role) => chosenNames(role, choice)?.filter((name) => !keys.has(headerKey(name))) ?? [role])
    .map((name) => `"${displayText(name)}"`)
    .join(" and ");
  const without = missing.flatMap((role) => withoutAddresses(role, header, choice));
  const holding = holdingColumns(header, records);
  const outside = holding.filter((index) => hintOf(cellAt(header, index)) === "neither");
  const nameless = holding.filter((index) => cellAt(header, index).trim() === "");
  const sentences = [
    `no column ${expected} (expected a header line; case, spaces, _ and - make no difference). Found: ${named(header, header.keys())}`,
    ...(without.length > 0 ? [`No addresses in the first records of: ${named(header, without)}`] : []),
    ...(holding.length > 0 ? [`Addresses are in: ${named(header, holding)}`] : []),
    ...(outside.length > 0
      ? [`By their names, these are not addresses of the mailbox: ${named(header, outside)}`]
      : []),
    ...(nameless.length > 0
      ? [`To use column ${(nameless[0] ?? 0) + 1}, give it a name in the header line`]
      : []),
    header.some((cell) => parseAddress(cell).ok)
      ? noHeaderAdvice(header, records)
      : (delimiterAdvice(header, holding, place.delimiter) ?? columnsAdvice(found, header, records, choice)),
  ];
  return new RunError("input", `${at(place)}: ${sentences.join(". ")}`);
}

/** Returns the error for a header in which several columns match a role. */
export function ambiguousColumns(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
  place: HeaderLocation,
): RunError {
  const doubts = ROLES.flatMap((role) => {
    const one = found[role];
    return one.kind === "several" ? [`${role} can be any of ${positioned(header, one.families.flat())}`] : [];
  });
  return new RunError(
    "input",
    `${at(place)}: ${doubts.join("; ")}. Found: ${named(header, header.keys())}. ${columnsAdvice(found, header, records, choice)}`,
  );
}

/** Returns the error for a needed header that occurs more than once. */
export function duplicateHeader(
  indexes: readonly number[],
  header: readonly string[],
  place: HeaderLocation,
): RunError {
  const [first = 0] = indexes;
  const name = displayText(cellAt(header, first));
  return new RunError(
    "input",
    `${at(place)}: the header "${name}" occurs more than once, in columns ${positioned(header, indexes)}; rename all but one of them`,
  );
}

/** Formats a place in a file: `aliases.csv, line 3`. */
export function at(place: Pick<HeaderLocation, "name" | "line">): string {
  return `${place.name}, line ${place.line}`;
}

/** Formats a delimiter for a message: `tabs`, or the character in quotes. */
export function shownDelimiter(delimiter: string): string {
  return delimiter === "\t" ? "tabs" : `'${displayText(delimiter)}'`;
}

/** Formats the `--delimiter` option as the user types it. */
function delimiterOption(delimiter: string): string {
  const quote = platform() === "win32" ? '"' : "'";
  return `--delimiter ${delimiter === "\t" ? "tab" : `${quote}${delimiter}${quote}`}`;
}

/** Returns the columns whose name matches a role but that don't contain addresses. */
function withoutAddresses(role: Role, header: readonly string[], choice: ColumnChoice): number[] {
  if (chosenNames(role, choice) !== undefined) return [];
  const keyOf = role === "alias" ? familyKey : headerKey;
  return [...header.keys()].filter((index) => SYNONYMS[role].has(keyOf(cellAt(header, index))));
}

/** Returns the advice for a header that contains another delimiter than the one it was read with. */
function delimiterAdvice(
  header: readonly string[],
  holding: readonly number[],
  delimiter: string,
): string | undefined {
  // Separate columns of addresses prove the delimiter, whatever else is in the header.
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

/** Returns the options to choose from, one for each way to read the columns, with the pair that it would give. */
function columnsAdvice(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
): string {
  const { ways, candidates } = columnWays(found, header, records, choice);
  const nameOf = (index: number | undefined): string => {
    return index === undefined ? "NAME" : cellAt(header, index).trim();
  };
  const [aliasFor, ...moreAliasFor] = candidates.aliasFor;
  const [aliases, ...moreAliases] = candidates.aliases;
  if (ways.length === 0) {
    const one = moreAliasFor.length > 0 ? undefined : aliasFor;
    const others = moreAliases.length > 0 ? [undefined] : (aliases ?? [undefined]);
    return `Name the columns with ${columnsOption(nameOf(one), others.map(nameOf))}`;
  }
  const several =
    moreAliases.length > 0 ? '. To take several alias columns, name each: "alias=A,alias=B"' : "";
  return `${choiceOf(
    ways.map(({ columns, sentence }) => ({
      option: columnsOption(nameOf(columns.aliasFor), columns.aliases.map(nameOf)),
      sentence,
    })),
  )}${several}`;
}

/** Returns the advice for a file whose first record has addresses: the positions of the two columns, both ways round. */
function noHeaderAdvice(header: readonly string[], records: Records): string {
  const advice = "That looks like a record: if the file has no header line, add --no-header";
  const ways = waysByPosition([header, ...records]);
  if (ways.length === 0) return `${advice} and --columns "aliasFor=POSITION,alias=POSITION", from 1`;
  const positions = ways.map(({ columns: { aliasFor, aliases }, sentence }) => ({
    option: `--no-header ${columnsOption(
      String(aliasFor + 1),
      aliases.map((index) => String(index + 1)),
    )}`,
    sentence,
  }));
  return `${advice}. ${choiceOf(positions)}`;
}

/** Formats one option, or several from which the user must choose one. */
function choiceOf(
  ways: readonly { readonly option: string; readonly sentence: string | undefined }[],
): string {
  const [only, ...more] = ways.map(({ option, sentence }) => {
    return sentence === undefined ? option : `${option} (${sentence})`;
  });
  if (only === undefined || more.length === 0) return `Name the columns with ${only}`;
  return `The columns can be read in several ways. See what each choice does, and add the right one: ${[only, ...more].join(", or ")}`;
}

/** Formats the `--columns` option as the user types it. Names columns with equal names once. */
function columnsOption(aliasFor: string, aliases: readonly string[]): string {
  const names = aliases.filter((name, index) => {
    return aliases.findIndex((other) => headerKey(other) === headerKey(name)) === index;
  });
  return `--columns ${quotedWord(`aliasFor=${aliasFor},${names.map((name) => `alias=${name}`).join(",")}`)}`;
}

/** Quotes a word with double quotes, unless a shell would interpret it in them: headers are external text. */
function quotedWord(word: string): string {
  return isPlainText(word) && !/["$`\\!%]/.test(word) ? `"${word}"` : shellQuote(word, platform());
}

/** Formats the names of headers, {@link HEADERS_SHOWN} at most. */
export function named(header: readonly string[], indexes: Iterable<number>): string {
  const names = [...indexes].map((index) => `"${displayText(cellAt(header, index))}"`);
  const more = names.length - HEADERS_SHOWN;
  return more > 0 ? `${names.slice(0, HEADERS_SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

function positioned(header: readonly string[], indexes: readonly number[]): string {
  return indexes.map((index) => `${index + 1} ("${displayText(cellAt(header, index))}")`).join(" and ");
}
