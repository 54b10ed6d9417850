import { scaleLinear } from "d3-scale";
import { formatCount, pluralize } from "../domain/format.ts";
import { OUTCOMES, type Outcome } from "../domain/outcome.ts";
import { type Html, html } from "./html.ts";
import type { Summary } from "./summary.ts";

/** The meaning of each outcome, for readers who don't know the manual. */
const MEANINGS: Readonly<Record<Outcome, string>> = {
  applied: "Mimecast accepted the row in this run",
  unchanged: "Mimecast accepted it in an earlier run; not sent again",
  duplicate: "the same pair as another row",
  skipped: "in a domain that --skip-domain names",
  invalid: "the record can't be used",
  conflict: "contradicts another row, or the ledger",
  failed: "Mimecast refused it",
  unknown: "no answer is known; it may be in place",
  "not-sent": "the run ended before its turn",
};

/** Minimum part of the bar for one outcome: a single failure among a million rows must be visible. */
const MIN_SHARE = 0.006;
const BAR_HEIGHT = 22;

/** Renders the number of rows by outcome, as a bar and as a list. */
export function outcomeSection({ ignoredAddresses, outcomes, rows, recordsWithoutAlias }: Summary): Html {
  const there = OUTCOMES.filter((outcome) => outcomes[outcome] > 0);
  return html`<section aria-labelledby="outcomes">
<h2 id="outcomes">${pluralize(rows, "row")}, and how each ended</h2>
${there.length === 0 ? undefined : bar(there, outcomes)}
<ul class="outcomes">${there.map((outcome) => item(outcome, outcomes[outcome], rows))}</ul>
${besidesLine(recordsWithoutAlias, ignoredAddresses)}</section>
`;
}

/** Counts the parts of the input that gave no row. */
function besidesLine(recordsWithoutAlias: number, ignoredAddresses: number): Html | undefined {
  const parts = [
    ...(recordsWithoutAlias > 0
      ? [`${pluralize(recordsWithoutAlias, "record")} without a secondary address`]
      : []),
    ...(ignoredAddresses > 0
      ? [
          `${pluralize(ignoredAddresses, "skipped entry of another kind of address", "skipped entries of other kinds of address")}`,
        ]
      : []),
  ];
  return parts.length === 0
    ? undefined
    : html`<p class="soft more">Besides: ${parts.join("; ")}.</p>
`;
}

function bar(there: readonly Outcome[], outcomes: Summary["outcomes"]): Html {
  const total = there.reduce((sum, outcome) => sum + outcomes[outcome], 0);
  const shares = there.map((outcome) => Math.max(outcomes[outcome] / total, MIN_SHARE));
  const x = scaleLinear([0, shares.reduce((sum, share) => sum + share, 0)], [0, 100]);
  let from = 0;
  const pieces = there.map((outcome, index) => {
    const to = from + (shares[index] ?? 0);
    const piece = html`<rect class="share ${outcome}" x="${percent(x(from))}" width="${percent(x(to) - x(from))}" height="${BAR_HEIGHT}"><title>${formatCount(outcomes[outcome])} ${outcome}</title></rect>`;
    from = to;
    return piece;
  });
  const words = there.map((outcome) => `${formatCount(outcomes[outcome])} ${outcome}`).join(", ");
  return html`<div class="bar"><svg width="100%" height="${BAR_HEIGHT}" role="img" aria-label="${words}">${pieces}</svg></div>`;
}

function item(outcome: Outcome, rows: number, total: number): Html {
  return html`<li><span class="dot ${outcome}"></span><span>${outcome}</span><span><b>${formatCount(rows)}</b> <span class="soft">${shareWords(rows, total)}</span></span><span class="what">${MEANINGS[outcome]}</span></li>
`;
}

function shareWords(rows: number, total: number): string {
  const share = (rows / total) * 100;
  if (share < 0.1) return "< 0.1 %";
  // Otherwise 99.96 % would be shown as 100 %.
  if (share > 99.9 && rows < total) return "> 99.9 %";
  return `${share.toFixed(1).replace(".0", "")} %`;
}

function percent(value: number): string {
  return `${value.toFixed(3)}%`;
}
