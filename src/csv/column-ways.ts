import { displayText } from "../domain/address.ts";
import { parseRecord } from "../domain/row.ts";
import {
  type ColumnChoice,
  type Columns,
  cellAt,
  type FoundColumns,
  familiesOf,
  holdsAddresses,
  type Role,
} from "./column-roles.ts";
import { hintOf } from "./header-words.ts";

type Records = readonly (readonly string[])[];

/** One way to read the columns of a file. */
export interface ColumnWay {
  readonly columns: Columns;
  /** `old@x.example will belong to ann@y.example`, from the first record that gives a pair; undefined if none does. */
  readonly sentence: string | undefined;
}

/** The candidates of each role: columns for aliasFor, families for alias. Empty if there is no evidence. */
interface Candidates {
  readonly aliasFor: readonly number[];
  readonly aliases: readonly (readonly number[])[];
}

/** With more ways than these a list does not help: users then name the columns themselves. */
const MAX_WAYS = 4;

/**
 * Returns the candidates of each role and the ways to read the two columns. The evidence is `found`, the words in the
 * headers and the contents of the columns. If the direction is not clear, both directions are among the ways. The ways
 * are empty if there are more than {@link MAX_WAYS}.
 */
export function columnWays(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
): { readonly ways: readonly ColumnWay[]; readonly candidates: Candidates } {
  const columns = advisable(header, records);
  const isChosen = choice.aliasFor !== undefined || choice.aliases !== undefined;
  const hinted = hintedRoles(found, header, columns);
  const candidates = withRemainingColumn(hinted, header, columns, isChosen);
  const crossed = candidates.aliasFor.flatMap((aliasFor) =>
    candidates.aliases
      .filter((aliases) => !aliases.includes(aliasFor))
      .map((aliases) => ({ aliasFor, aliases })),
  );
  const ways = crossed.length > 0 || isChosen ? crossed : bothWays(hinted, header, columns);
  return {
    ways: ways.length > MAX_WAYS ? [] : waysWithSentences(ways, records, header.length, header),
    candidates,
  };
}

/** Returns both directions for a table without a header, if exactly two of its columns hold addresses. */
export function waysByPosition(records: Records): readonly ColumnWay[] {
  const [first = []] = records;
  const [one, two, ...more] = first.flatMap((cell, index) => (holdsAddresses(cell) ? [index] : []));
  if (one === undefined || two === undefined || more.length > 0) return [];
  return waysWithSentences(reversible(one, two), records, first.length, undefined);
}

/** Returns the columns in which at least one record contains addresses. */
export function holdingColumns(header: readonly string[], records: Records): number[] {
  const even = records.filter((record) => record.length === header.length);
  return [...header.keys()].filter((index) => even.some((record) => holdsAddresses(cellAt(record, index))));
}

/** Returns the columns that hold addresses and have a usable name, or all with a usable name if none holds addresses. */
function advisable(header: readonly string[], records: Records): readonly number[] {
  const holding = holdingColumns(header, records);
  return (holding.length > 0 ? holding : [...header.keys()]).filter((index) => {
    const name = cellAt(header, index);
    return name.trim() !== "" && hintOf(name) !== "neither";
  });
}

/** Returns the columns found and, for a role without any, the only column or family whose words hint at the role. */
function hintedRoles(found: FoundColumns, header: readonly string[], columns: readonly number[]): Candidates {
  const foundFamilies = (role: Role): readonly (readonly number[])[] => {
    const one = found[role];
    if (one.kind === "none") return [];
    return one.kind === "one" ? [one.indexes] : one.families;
  };
  const named = { aliasFor: foundFamilies("aliasFor").flat(), aliases: foundFamilies("alias") };
  const taken = new Set([...named.aliasFor, ...named.aliases.flat()]);
  const hinted = (role: Role): number[] =>
    columns.filter((index) => !taken.has(index) && hintOf(cellAt(header, index)) === role);
  return {
    aliasFor: named.aliasFor.length > 0 ? named.aliasFor : onlyOne(hinted("aliasFor")),
    aliases: named.aliases.length > 0 ? named.aliases : onlyOne(familiesOf(hinted("alias"), header)),
  };
}

/** Gives the only remaining column to the other role, if one of the roles has candidates. */
function withRemainingColumn(
  hinted: Candidates,
  header: readonly string[],
  columns: readonly number[],
  isChosen: boolean,
): Candidates {
  const { aliasFor, aliases } = hinted;
  const taken = new Set([...aliasFor, ...aliases.flat()]);
  const hint = (index: number): ReturnType<typeof hintOf> => hintOf(cellAt(header, index));
  // A name such as SmtpAddress can be either role, so it is no evidence next to another uncertain name.
  const isSure = isChosen || aliasFor.some((index) => hint(index) === "aliasFor");
  const rest = columns.filter((index) => !taken.has(index) && (isSure || hint(index) !== "either"));
  if (aliasFor.length === 0 && aliases.length > 0) {
    return { aliasFor: onlyOne(rest.filter((index) => hint(index) !== "alias")), aliases };
  }
  if (aliases.length > 0 || aliasFor.length === 0) return hinted;
  const left = rest.filter((index) => hint(index) !== "aliasFor" && hint(index) !== "login");
  return { aliasFor, aliases: onlyOne(familiesOf(left, header)) };
}

/** Returns both directions if two columns are left and there is no evidence which is which. */
function bothWays(
  hinted: Candidates,
  header: readonly string[],
  columns: readonly number[],
): readonly Columns[] {
  const isLogin = (index: number): boolean => hintOf(cellAt(header, index)) === "login";
  const [one, two, ...more] = columns.filter((index) => !isLogin(index));
  if (one === undefined || more.length > 0) return [];
  if (two !== undefined) return reversible(one, two);
  const [login, ...moreLogins] = columns.filter(isLogin);
  const isOpen = hinted.aliasFor.length === 0 && hinted.aliases.length === 0;
  return login === undefined || moreLogins.length > 0 || !isOpen ? [] : [{ aliasFor: login, aliases: [one] }];
}

function reversible(one: number, two: number): readonly Columns[] {
  return [
    { aliasFor: one, aliases: [two] },
    { aliasFor: two, aliases: [one] },
  ];
}

/** Adds the sentences to the ways. If some ways give a pair in the first records, leaves out those that don't. */
function waysWithSentences(
  ways: readonly Columns[],
  records: Records,
  cellCount: number,
  header: readonly string[] | undefined,
): readonly ColumnWay[] {
  const all = ways.map((columns) => ({ columns, sentence: sentenceOf(columns, records, cellCount, header) }));
  const giving = all.filter(({ sentence }) => sentence !== undefined);
  return giving.length > 0 ? giving : all;
}

function sentenceOf(
  columns: Columns,
  records: Records,
  cellCount: number,
  header: readonly string[] | undefined,
): string | undefined {
  for (const cells of records) {
    const reading = parseRecord({ line: 0, cells, raw: "" }, { columns, cellCount, delimiter: "", header });
    for (const row of reading.kind === "list" ? reading.rows : [reading]) {
      if (row.kind === "pair")
        return `${displayText(row.pair.alias)} will belong to ${displayText(row.pair.aliasFor)}`;
    }
  }
  return undefined;
}

function onlyOne<T>(items: readonly T[]): readonly T[] {
  return items.length === 1 ? items : [];
}
