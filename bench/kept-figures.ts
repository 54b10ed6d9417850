import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Figure, TABLE_HEADER, tableLine } from "./figure.ts";

/** The figures of a scenario, with machine and date. */
export interface Taken {
  readonly scenario: string;
  /** `2026-11-25` */
  readonly on: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

const MARKS = { begin: "<!-- figures -->", end: "<!-- /figures -->" };

export function taken(scenario: string, figures: readonly Figure[]): Taken {
  const machine = `${availableParallelism()} cores, Node ${process.versions.node}, ${process.platform}`;
  return { scenario, on: new Date().toISOString().slice(0, 10), machine, figures };
}

/** Replaces the scenarios' earlier figures in the JSON file and in the table of the page. */
export function keep(news: readonly Taken[], order: readonly string[], jsonPath: string, page: string): void {
  const before: readonly Taken[] = JSON.parse(readFileSync(jsonPath, "utf8"));
  const all = order.flatMap((name) => [...news, ...before].find(({ scenario }) => scenario === name) ?? []);
  writeFileSync(jsonPath, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(page, withTable(readFileSync(page, "utf8"), all));
}

/** Returns the page with the table of these figures. */
export function withTable(page: string, all: readonly Taken[]): string {
  const [before, rest] = halves(page, MARKS.begin);
  const [, after] = halves(rest, MARKS.end);
  return `${before}${MARKS.begin}\n${tables(all)}\n${MARKS.end}${after}`;
}

function tables(all: readonly Taken[]): string {
  const lines = all.flatMap(({ scenario, on, machine, figures }) => [
    `**${scenario}** (${on}, ${machine})`,
    "",
    TABLE_HEADER,
    ...figures.map(tableLine),
    "",
  ]);
  return `\n${lines.join("\n")}`;
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`the page has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
