import { formatCount, pluralize } from "../domain/format.ts";
import type { Outcome } from "../domain/outcome.ts";
import { adviceFor } from "./advice.ts";
import { type Html, html, untrusted } from "./html.ts";

/** Rows to look at, by outcome and code. */
export interface ShownProblems {
  /** Largest group first; limited in number. */
  readonly groups: readonly ShownGroup[];
  /** Number of all groups, shown or not. */
  readonly groupCount: number;
  readonly rowCount: number;
}

interface ShownGroup {
  readonly outcome: Outcome;
  readonly code: string;
  readonly rows: number;
  /** Number of these rows that failed in an earlier run too. */
  readonly repeated: number;
  readonly examples: readonly ShownExample[];
}

interface ShownExample {
  /** The input's name if there are several inputs. */
  readonly input: string | undefined;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly message: string;
}

const MAX_CODE_LENGTH = 80;
const MAX_ADDRESS_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 240;

/** Renders each problem with its number of rows, examples, and what to do about it. */
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
<div class="head"><h3><span class="dot ${group.outcome}"></span>${group.outcome}</h3><code>${untrusted(group.code, MAX_CODE_LENGTH)}</code><span class="rows">${pluralize(group.rows, "row")}</span></div>
<p>${meaning}${repeatedWords(group)}</p>
<p class="todo">${todo}</p>
<table${group.examples.some(({ input }) => input !== undefined) ? html` class="several"` : undefined}><thead><tr><th scope="col">line</th><th scope="col">alias</th><th scope="col">for</th><th scope="col">message</th></tr></thead>
<tbody>${group.examples.map(example)}</tbody></table>
${group.rows > group.examples.length ? html`<p class="soft more">and ${pluralize(group.rows - group.examples.length, "more row")}, in ${fileOf(group.outcome)}</p>` : undefined}
</article>
`;
}

function example({ input, line, aliasFor, alias, message }: ShownExample): Html {
  return html`<tr><td class="line" data-of="line">${input === undefined ? undefined : html`${untrusted(input, MAX_ADDRESS_LENGTH)} `}${line}</td><td data-of="alias">${untrusted(alias, MAX_ADDRESS_LENGTH)}</td><td data-of="for">${untrusted(aliasFor, MAX_ADDRESS_LENGTH)}</td><td data-of="message">${untrusted(message, MAX_MESSAGE_LENGTH)}</td></tr>
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
  return html`<p class="left-out">Not shown: ${pluralize(groupCount - groups.length, "more code")} with ${pluralize(hiddenRows, "row")}. results.csv has every row.</p>
`;
}
