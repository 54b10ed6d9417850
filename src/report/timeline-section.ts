import { formatCount, formatDuration } from "../domain/format.ts";
import { type Html, html } from "./html.ts";
import type { Summary, SummaryTimeline } from "./summary.ts";
import { type Band, type TimeChart, timeChart } from "./time-chart.ts";

/** How the sending went over time: throughput, and what held it up. */
export function timelineSection(summary: Summary): Html | undefined {
  const { timeline, calls } = summary;
  if (timeline === null) return undefined;
  return html`<section aria-labelledby="course">
<h2 id="course">Throughput and waits</h2>
${calls === null ? undefined : tiles(summary, calls)}
${throughput(timeline)}
${timeline.calls === null ? html`<p class="soft">Of a run that was killed only the outcomes are on record: its calls and waits are not known.</p>` : waits(timeline, timeline.calls)}
</section>
`;
}

function tiles(summary: Summary, calls: NonNullable<Summary["calls"]>): Html {
  const { applied, failed, unknown } = summary.outcomes;
  const seconds = (summary.timeline?.durationMs ?? 0) / 1_000;
  const figures: [string, string][] = [
    ["rows a second", seconds === 0 ? "–" : rateWords((applied + failed + unknown) / seconds)],
    ["calls", formatCount(calls.total)],
    ["of these retries", formatCount(calls.retries)],
    ["rate limited (429)", formatCount(calls.rateLimited)],
    ["without effect", formatCount(calls.failed)],
    ["held back by the quota", formatDuration(calls.quotaWaitMs)],
  ];
  return html`<dl class="tiles">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function throughput({ bucketMs, durationMs, rows, startedAt }: SummaryTimeline): Html {
  const rate = (values: readonly number[]): number[] =>
    values.map((value, index) => (value * 1_000) / stretchMs(index, bucketMs, durationMs));
  const bands = [
    { kind: "applied", name: "applied", values: rate(rows.applied) },
    { kind: "failed", name: "failed", values: rate(rows.failed) },
    { kind: "unknown", name: "unknown", values: rate(rows.unknown) },
  ].filter(hasSome);
  return html`<h3>Rows a second</h3>
${legend(bands)}${timeChart({
  title: "Rows a second over time",
  bands,
  startEpochMs: Date.parse(startedAt),
  bucketMs,
  format: rateWords,
  height: 150,
})}`;
}

function waits(timeline: SummaryTimeline, calls: NonNullable<SummaryTimeline["calls"]>): Html {
  const { bucketMs, durationMs, startedAt } = timeline;
  const chart = { bucketMs, startEpochMs: Date.parse(startedAt) };
  const share = calls.quotaWaitMs.map((ms, index) =>
    Math.min(100, (ms * 100) / stretchMs(index, bucketMs, durationMs)),
  );
  const held = [{ kind: "wait", name: "of the time", values: share }].filter(hasSome);
  const waiting = [{ kind: "retry", name: "rows waiting", values: calls.rowsWaiting }].filter(hasSome);
  const vain = [
    { kind: "rate-limited", name: "rate limited (429)", values: calls.rateLimited },
    { kind: "not-sent", name: "failed calls", values: calls.failed },
  ].filter(hasSome);
  return html`<h3>Held back by the quota</h3>
${part(held, { ...chart, title: "Share of the time in which the quota held calls back", most: 100, format: percentWords, height: 56 })}
<h3>Rows waiting for a retry</h3>
${part(waiting, { ...chart, title: "Rows waiting for a retry over time", format: wholeWords, height: 56 })}
<h3>Calls in vain</h3>
${vain.length > 0 ? legend(vain) : undefined}
${part(vain, { ...chart, title: "Calls in vain over time", format: wholeWords, height: 56 })}`;
}

function part(bands: readonly Band[], chart: Omit<TimeChart, "bands">): Html {
  return bands.length === 0 ? html`<p class="soft none">None.</p>` : timeChart({ ...chart, bands });
}

/** The last stretch may not have come to its end. */
function stretchMs(index: number, bucketMs: number, durationMs: number): number {
  const lastedMs = durationMs - index * bucketMs;
  // Less than half of one says too little to be made out as a rate.
  return Math.max(Math.min(bucketMs, lastedMs), bucketMs / 2);
}

function legend(bands: readonly Band[]): Html {
  return html`<ul class="legend">${bands.map(({ kind, name }) => html`<li><span class="dot ${kind}"></span>${name}</li>`)}</ul>
`;
}

function hasSome({ values }: Band): boolean {
  return values.some((value) => value > 0);
}

function rateWords(value: number): string {
  return value >= 10 || value === 0 ? formatCount(Math.round(value)) : value.toFixed(1);
}

function wholeWords(value: number): string {
  return formatCount(Math.round(value));
}

function percentWords(value: number): string {
  return `${Math.round(value)} %`;
}
