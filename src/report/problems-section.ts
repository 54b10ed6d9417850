import { formatCount, pluralize } from "../domain/format.ts";
import type { Outcome } from "../domain/outcome.ts";
import { adviceFor } from "./advice.ts";
import { type Html, html, untrusted } from "./html.ts";

/** Rows that someone must look at, by outcome and code. */
export interface ShownProblems {
  /** Most rows first; not all where there are many. */
  readonly groups: readonly ShownGroup[];
  /** Of all groups, shown or not. */
  readonly groupCount: number;
  readonly rowCount: number;
}

interface ShownGroup {
  readonly outcome: Outcome;
  readonly code: string;
  readonly rows: number;
  /** Of these, so many failed in an earlier run too. */
  readonly repeated: number;
  readonly examples: readonly ShownExample[];
}

interface ShownExample {
  /** The input's name, where there are several. */
  readonly input: string | undefined;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly message: string;
}

const LONGEST_CODE = 80;
const LONGEST_ADDRESS = 100;
const LONGEST_MESSAGE = 240;

/** What went wrong, how often, for instance where, and what to do about it. */
export function problemsSection(problems: ShownProblems): Html {
  const { groups, groupCount, rowCount } = problems;
  if (groups.length === 0) {
    return html`<section aria-labelledby="problems"><h2 id="problems">Nothing to look at</h2>
<p>No row is invalid, in conflict, failed or unknown.</p></section>
`;
  }
  return html`<section aria-labelledby="problems">
<h2 id="problems">${pluralize(rowCount, "row")} to look at, and what to do</h2>
${groups.map(problem)}${leftOut(problems, groupCount, rowCount)}</section>
`;
}

function problem(group: ShownGroup): Html {
  const { meaning, todo } = adviceFor(group.code);
  return html`<article class="problem">
<div class="head"><h3><span class="dot ${group.outcome}"></span>${group.outcome}</h3><code>${untrusted(group.code, LONGEST_CODE)}</code><span class="rows">${pluralize(group.rows, "row")}</span></div>
<p>${meaning}${repeatedWords(group)}</p>
<p class="todo">${todo}</p>
<table${group.examples.some(({ input }) => input !== undefined) ? html` class="several"` : undefined}><thead><tr><th scope="col">line</th><th scope="col">alias</th><th scope="col">for</th><th scope="col">message</th></tr></thead>
<tbody>${group.examples.map(example)}</tbody></table>
${group.rows > group.examples.length ? html`<p class="soft more">and ${pluralize(group.rows - group.examples.length, "more row")}, in ${fileOf(group.outcome)}</p>` : undefined}
</article>
`;
}

function example({ input, line, aliasFor, alias, message }: ShownExample): Html {
  return html`<tr><td class="line" data-of="line">${input === undefined ? undefined : html`${untrusted(input, LONGEST_ADDRESS)} `}${line}</td><td data-of="alias">${untrusted(alias, LONGEST_ADDRESS)}</td><td data-of="for">${untrusted(aliasFor, LONGEST_ADDRESS)}</td><td data-of="message">${untrusted(message, LONGEST_MESSAGE)}</td></tr>
`;
}

function repeatedWords({ rows, repeated }: ShownGroup): string {
  if (repeated === 0) return "";
  if (repeated === rows) return rows === 1 ? " It failed before." : " All of them failed before.";
  return ` ${formatCount(repeated)} of them failed before.`;
}

function fileOf(outcome: Outcome): string {
  return outcome === "unknown" ? "results.csv" : "failed-reasons.csv or results.csv";
}

function leftOut({ groups }: ShownProblems, groupCount: number, rowCount: number): Html | undefined {
  const hiddenRows = rowCount - groups.reduce((sum, { rows }) => sum + rows, 0);
  if (groupCount === groups.length) return undefined;
  return html`<p class="left-out">Left out here: ${pluralize(groupCount - groups.length, "more code")} with ${pluralize(hiddenRows, "row")}. results.csv has every row.</p>
`;
}
