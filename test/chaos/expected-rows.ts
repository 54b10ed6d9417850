import { isElsewhere, isInPlace, type OnRecord } from "./on-record.ts";
import type { FoundRecord } from "./records.ts";

/** What a run is to do with a row, by the words of docs/import.md. */
export interface ExpectedRow {
  /** The input's place among those of the run, from 0. */
  readonly file: number;
  readonly line: number;
  readonly raw: string;
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
    records.map((record) => readRow(record, file, header?.cells.length ?? 0)),
  );
  const pairs = all.filter(({ isValid }) => isValid);
  const primariesOf = new Map<string, Set<string>>();
  for (const { aliasKey, primaryKey } of pairs) {
    primariesOf.set(aliasKey, (primariesOf.get(aliasKey) ?? new Set()).add(primaryKey));
  }
  const primaries = new Set(pairs.map(({ primaryKey }) => primaryKey));
  const seen = new Set<string>();
  return all.map(({ isValid, ...row }) => {
    const { aliasKey, primaryKey } = row;
    const planOf = (): ExpectedRow["plan"] => {
      if (!isValid) return "invalid";
      if ((primariesOf.get(aliasKey)?.size ?? 0) > 1) return "conflict";
      if (seen.has(aliasKey)) return "duplicate";
      seen.add(aliasKey);
      if (isInPlace(known, aliasKey, primaryKey)) return "unchanged";
      if (primaries.has(aliasKey)) return "conflict";
      return !allowMove && isElsewhere(known, aliasKey, primaryKey) ? "conflict" : "send";
    };
    return { ...row, plan: planOf() };
  });
}

function readRow({ line, raw, cells }: FoundRecord, file: number, cellCount: number) {
  const [aliasFor = "", alias = ""] = cells;
  const primaryKey = aliasFor.toLowerCase();
  const aliasKey = alias.toLowerCase();
  const isValid =
    cells.length === cellCount && ADDRESS.test(aliasFor) && ADDRESS.test(alias) && aliasKey !== primaryKey;
  return { file, line, raw, aliasFor, alias, primaryKey, aliasKey, isValid };
}
