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

/** One way in which the columns of a file can be meant. */
export interface ColumnWay {
  readonly columns: Columns;
  /** `old@x.example will belong to ann@y.example`, of the first record that gives a pair; undefined if none does. */
  readonly sentence: string | undefined;
}

/** What is known of each role: the columns or families that can be meant, none where nothing tells. */
interface Told {
  readonly aliasFor: readonly number[];
  readonly aliases: readonly (readonly number[])[];
}

/** More ways than these are no help; people then name the columns themselves. */
const MAX_WAYS = 4;

/**
 * Returns the ways in which the columns of the two addresses can be meant, judged by what is found, by the words of the
 * headers and by what the columns hold, and what is told of each role. Two ways that differ in the direction alone are
 * both returned if nothing tells which of them is right. Empty if there are too many.
 */
export function columnWays(
  found: FoundColumns,
  header: readonly string[],
  records: Records,
  choice: ColumnChoice,
): { readonly ways: readonly ColumnWay[]; readonly told: Told } {
  const columns = advisable(header, records);
  const isChosen = choice.aliasFor !== undefined || choice.aliases !== undefined;
  const hinted = hintedRoles(found, header, columns);
  const told = withTheRest(hinted, header, columns, isChosen);
  const crossed = told.aliasFor.flatMap((aliasFor) =>
    told.aliases.filter((aliases) => !aliases.includes(aliasFor)).map((aliases) => ({ aliasFor, aliases })),
  );
  const ways = crossed.length > 0 || isChosen ? crossed : bothWays(hinted, header, columns);
  return {
    ways: ways.length > MAX_WAYS ? [] : waysWithSentences(ways, records, header.length, header),
    told,
  };
}

/** Returns both ways round of a table without a header, if exactly two of its columns hold addresses. */
export function waysByPosition(records: Records): readonly ColumnWay[] {
  const [first = []] = records;
  const [one, two, ...more] = first.flatMap((cell, index) => (holdsAddresses(cell) ? [index] : []));
  if (one === undefined || two === undefined || more.length > 0) return [];
  return waysWithSentences(reversible(one, two), records, first.length, undefined);
}

/** Returns the columns in which one of the records has to do with addresses. */
export function holdingColumns(header: readonly string[], records: Records): number[] {
  const even = records.filter((record) => record.length === header.length);
  return [...header.keys()].filter((index) => even.some((record) => holdsAddresses(cellAt(record, index))));
}

/** The columns that hold addresses and can be named, or all that can be named if none does. */
function advisable(header: readonly string[], records: Records): readonly number[] {
  const holding = holdingColumns(header, records);
  return (holding.length > 0 ? holding : [...header.keys()]).filter((index) => {
    const name = cellAt(header, index);
    return name.trim() !== "" && hintOf(name) !== "neither";
  });
}

/** Returns what was found, and for a role of which nothing was found the only column or family that its words name. */
function hintedRoles(found: FoundColumns, header: readonly string[], columns: readonly number[]): Told {
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

/** If one role is told, the only column that is left is the other. */
function withTheRest(
  told: Told,
  header: readonly string[],
  columns: readonly number[],
  isChosen: boolean,
): Told {
  const { aliasFor, aliases } = told;
  const taken = new Set([...aliasFor, ...aliases.flat()]);
  const hint = (index: number): ReturnType<typeof hintOf> => hintOf(cellAt(header, index));
  // A name such as SmtpAddress can be either, so it says nothing beside a name that is not sure itself.
  const isSure = isChosen || aliasFor.some((index) => hint(index) === "aliasFor");
  const rest = columns.filter((index) => !taken.has(index) && (isSure || hint(index) !== "either"));
  if (aliasFor.length === 0 && aliases.length > 0) {
    return { aliasFor: onlyOne(rest.filter((index) => hint(index) !== "alias")), aliases };
  }
  if (aliases.length > 0 || aliasFor.length === 0) return told;
  const left = rest.filter((index) => hint(index) !== "aliasFor" && hint(index) !== "login");
  return { aliasFor, aliases: onlyOne(familiesOf(left, header)) };
}

/** If two columns are left and nothing tells which is which: one way round, and the other. */
function bothWays(told: Told, header: readonly string[], columns: readonly number[]): readonly Columns[] {
  const isLogin = (index: number): boolean => hintOf(cellAt(header, index)) === "login";
  const [one, two, ...more] = columns.filter((index) => !isLogin(index));
  if (one === undefined || more.length > 0) return [];
  if (two !== undefined) return reversible(one, two);
  const [login, ...moreLogins] = columns.filter(isLogin);
  const isOpen = told.aliasFor.length === 0 && told.aliases.length === 0;
  return login === undefined || moreLogins.length > 0 || !isOpen ? [] : [{ aliasFor: login, aliases: [one] }];
}

function reversible(one: number, two: number): readonly Columns[] {
  return [
    { aliasFor: one, aliases: [two] },
    { aliasFor: two, aliases: [one] },
  ];
}

/** The ways with their sentences; of several, those that give no pair in the first records are left out. */
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
