import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { z } from "zod";

export type CsvRecord = Readonly<Record<string, string>>;

const records = z.array(z.record(z.string(), z.string()));

/** A CSV file with a header, as any other program would read it. */
export function readCsvFile(path: string): CsvRecord[] {
  return records.parse(parse(readFileSync(path, "utf8"), { columns: true }));
}

/** Rows `aN@new.example,aN@old.example` for N from 1 to `count`, each of its own primary. */
export function manyRows(count: number, domain = "old.example"): string {
  return csvOf(
    Array.from({ length: count }, (_, index) => [`a${index + 1}@new.example`, `a${index + 1}@${domain}`]),
  );
}

/** The text of a CSV file with the columns aliasFor and alias. */
export function csvOf(pairs: readonly (readonly string[])[]): string {
  return `aliasFor,alias\n${pairs.map((cells) => `${cells.join(",")}\n`).join("")}`;
}
