import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withTable } from "../../bench/kept-figures.ts";

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

test("The tables of docs/benchmarks.md are those that the command makes from benchmarks.json", () => {
  const page = read("benchmarks.md");
  expect(withTable(page, JSON.parse(read("benchmarks.json")))).toBe(page);
});
