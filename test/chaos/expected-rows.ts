import { aliasesOf, isAlias, isElsewhere, isInPlace, type OnRecord } from "./on-record.ts";
import type { FoundRecord } from "./records.ts";

/** What a run is to do with a row, by the words of docs/import.md. */
export interface ExpectedRow {
  /** The input's place among those of the run, from 0. */
  readonly file: number;
  readonly line: number;
  /** The record's other cells, as they are to come back in the files of what is left. */
  readonly rest: string;
  readonly aliasFor: string;
  readonly alias: string;
  /** The two in lower case, as they are compared. */
  readonly primaryKey: string;
  readonly aliasKey: string;
  readonly plan: "invalid" | "conflict" | "duplicate" | "unchanged" | "send";
}

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The rows of a run's inputs, each given as its records with the header, and what `known` makes of them. */
export function expectedRows(
  files: readonly (readonly FoundRecord[])[],
  known: OnRecord,
  allowMove: boolean,
): ExpectedRow[] {
  const all = files.flatMap(([header, ...records], file) =>
    records.flatMap((record) => readRows(record, file, header?.cells.length ?? 0)),
  );
  const pairs = all.filter(({ isValid }) => isValid);
  const primariesOf = new Map<string, Set<string>>();
  for (const { aliasKey, primaryKey } of pairs) {
    primariesOf.set(aliasKey, (primariesOf.get(aliasKey) ?? new Set()).add(primaryKey));
  }
  const primaries = new Set(pairs.map(({ primaryKey }) => primaryKey));
  const seen = new Set<string>();
  const rows = all.map(({ isValid, ...row }): ExpectedRow => {
    const { aliasKey, primaryKey } = row;
    const planOf = (): ExpectedRow["plan"] => {
      if (!isValid) return "invalid";
      if ((primariesOf.get(aliasKey)?.size ?? 0) > 1) return "conflict";
      if (seen.has(aliasKey)) return "duplicate";
      seen.add(aliasKey);
      if (isInPlace(known, aliasKey, primaryKey)) return "unchanged";
      if (primaries.has(aliasKey) || isAlias(known, primaryKey)) return "conflict";
      return "send";
    };
    return { ...row, plan: planOf() };
  });
  const judged = withoutChains(rows, known, allowMove);
  return judged.map((row) =>
    row.plan === "send" && !allowMove && isElsewhere(known, row.aliasKey, row.primaryKey)
      ? { ...row, plan: "conflict" }
      : row,
  );
}

/** Holds back rows whose alias keeps aliases of its own, until the rows that are left to be sent make no chain. */
function withoutChains(
  rows: readonly ExpectedRow[],
  known: OnRecord,
  allowMove: boolean,
): readonly ExpectedRow[] {
  const movedTo = new Map(
    rows.flatMap(({ aliasKey, plan, primaryKey }) =>
      allowMove && plan === "send" ? [[aliasKey, primaryKey] as const] : [],
    ),
  );
  const left = rows.map((row): ExpectedRow => {
    const keeps = aliasesOf(known, row.aliasKey).some(
      (alias) => (movedTo.get(alias) ?? row.aliasKey) === row.aliasKey,
    );
    return row.plan === "send" && keeps ? { ...row, plan: "conflict" } : row;
  });
  const isStable = left.every(({ plan }, index) => plan === rows[index]?.plan);
  return isStable ? left : withoutChains(left, known, allowMove);
}

/** The pairs that a record gives: one, or as many as its cell of addresses has entries. */
export function pairsOf({
  cells,
}: FoundRecord): { readonly aliasFor: string; readonly alias: string; readonly rest: string }[] {
  const [aliasFor = "", list = "", ...others] = cells;
  const entries = list.split(";").filter((entry) => !entry.startsWith("x500:"));
  return entries.map((entry) => ({ aliasFor, alias: entry.replace("smtp:", ""), rest: others.join() }));
}

function readRows(record: FoundRecord, file: number, cellCount: number) {
  return pairsOf(record).map((pair) => {
    const primaryKey = pair.aliasFor.toLowerCase();
    const aliasKey = pair.alias.toLowerCase();
    const areAddresses = ADDRESS.test(pair.aliasFor) && ADDRESS.test(pair.alias);
    // Empty cells may be missing or too many.
    const isWhole = record.cells.slice(cellCount).every((cell) => cell === "");
    const isValid = isWhole && areAddresses && aliasKey !== primaryKey;
    return { ...pair, file, line: record.line, primaryKey, aliasKey, isValid };
  });
}
