import { formatCount, formatDuration } from "../domain/format.ts";
import { type Html, html } from "./html.ts";
import type { Summary, SummaryTimeline } from "./summary.ts";
import { type Band, type TimeChart, timeChart } from "./time-chart.ts";

/** Renders throughput, waits and failed calls over time; undefined if nothing was sent. */
export function timelineSection(summary: Summary): Html | undefined {
  const { timeline, calls } = summary;
  if (timeline === null) return undefined;
  return html`<section aria-labelledby="course">
<h2 id="course">Throughput and waits</h2>
${calls === null ? undefined : tiles(summary, calls)}
${throughput(timeline)}
${timeline.calls === null ? html`<p class="soft">This run was killed, so only its outcomes are on record: its calls and waits are not known.</p>` : waits(timeline, timeline.calls)}
</section>
`;
}

function tiles(summary: Summary, calls: NonNullable<Summary["calls"]>): Html {
  const { applied, failed, unknown } = summary.outcomes;
  const seconds = (summary.timeline?.durationMs ?? 0) / 1_000;
  const figures: [string, string][] = [
    ["rows a second", seconds === 0 ? "–" : rateWords((applied + failed + unknown) / seconds)],
    ["calls", formatCount(calls.total)],
    ["retries among them", formatCount(calls.retries)],
    ["rate limited (429)", formatCount(calls.rateLimited)],
    ["failed calls", formatCount(calls.failed)],
    ["held back by the quota", formatDuration(calls.quotaWaitMs)],
  ];
  return html`<dl class="tiles">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function throughput({ bucketMs, durationMs, rows, startedAt }: SummaryTimeline): Html {
  const rate = (values: readonly number[]): number[] =>
    values.map((value, index) => (value * 1_000) / bucketLengthMs(index, bucketMs, durationMs));
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
    Math.min(100, (ms * 100) / bucketLengthMs(index, bucketMs, durationMs)),
  );
  const held = [{ kind: "wait", name: "of the time", values: share }].filter(hasSome);
  const waiting = [{ kind: "retry", name: "rows waiting", values: calls.rowsWaiting }].filter(hasSome);
  const failed = [
    { kind: "rate-limited", name: "rate limited (429)", values: calls.rateLimited },
    { kind: "not-sent", name: "failed calls", values: calls.failed },
  ].filter(hasSome);
  return html`<h3>Held back by the quota</h3>
${part(held, { ...chart, title: "Share of the time in which the quota held calls back", max: 100, format: percentWords, height: 56 })}
<h3>Rows waiting for a retry</h3>
${part(waiting, { ...chart, title: "Rows waiting for a retry over time", format: wholeWords, height: 56 })}
<h3>Failed calls</h3>
${failed.length > 0 ? legend(failed) : undefined}
${part(failed, { ...chart, title: "Failed calls over time", format: wholeWords, height: 56 })}`;
}

function part(bands: readonly Band[], chart: Omit<TimeChart, "bands">): Html {
  return bands.length === 0 ? html`<p class="soft none">None.</p>` : timeChart({ ...chart, bands });
}

/** Returns the length of a bucket. The last one may be incomplete. */
function bucketLengthMs(index: number, bucketMs: number, durationMs: number): number {
  const restMs = durationMs - index * bucketMs;
  // Less than half a bucket is too short to compute a rate from.
  return Math.max(Math.min(bucketMs, restMs), bucketMs / 2);
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
