import type { CallCounts } from "../engine/flow-control.ts";
import { bucketMsFor, type Timeline, type TimelineBucket, type TimelineSample } from "../engine/timeline.ts";
import type { ReportQueries } from "../ledger/report-queries.ts";
import type { SummaryCalls, SummaryTimeline } from "../report/summary.ts";

/** Returns the timeline of a run that ended; null if it made no call. */
export function timelineSummary(
  timeline: Timeline,
  startedAtEpochMs: number,
  durationMs: number,
): SummaryTimeline | null {
  const { bucketMs, buckets } = timeline;
  const list = (of: (bucket: TimelineBucket) => number): number[] =>
    buckets.map((bucket) => Math.round(of(bucket)));
  if (buckets.every(({ calls }) => calls === 0)) return null;
  return {
    startedAt: new Date(startedAtEpochMs).toISOString(),
    durationMs: Math.round(durationMs),
    bucketMs,
    rows: {
      applied: list(({ applied }) => applied),
      failed: list(({ failed }) => failed),
      unknown: list(({ unknown }) => unknown),
    },
    calls: {
      total: list(({ calls }) => calls),
      retries: list(({ retries }) => retries),
      rateLimited: list(({ rateLimited }) => rateLimited),
      failed: list(({ failedCalls }) => failedCalls),
      quotaWaitMs: list(({ quotaWaitMs }) => quotaWaitMs),
      rowsWaiting: list(({ waiting }) => waiting),
    },
  };
}

/** Returns the timeline of a killed run, from the outcomes in its database; null if it recorded none. */
export function timelineFromLedger(report: ReportQueries): SummaryTimeline | null {
  const span = report.sendingSpan();
  if (span === undefined) return null;
  const durationMs = span.lastEpochMs - span.firstEpochMs;
  const bucketMs = bucketMsFor(durationMs);
  const length = Math.floor(durationMs / bucketMs) + 1;
  const zeros = (): number[] => Array.from({ length }, () => 0);
  const rows = { applied: zeros(), failed: zeros(), unknown: zeros() };
  for (const { bucket, outcome, rows: count } of report.rowsByBucket(span.firstEpochMs, bucketMs)) {
    rows[outcome][bucket] = count;
  }
  return {
    startedAt: new Date(span.firstEpochMs).toISOString(),
    durationMs,
    bucketMs,
    rows,
    calls: null,
  };
}

/** Returns the summary's figures of the calls of a run that has sent. */
export function callsSummary(counts: TimelineSample & Pick<CallCounts, "byStatus">): SummaryCalls {
  return {
    total: counts.calls,
    byStatus: Object.fromEntries(counts.byStatus),
    retries: counts.retries,
    rateLimited: counts.rateLimited,
    failed: counts.failedCalls,
    quotaWaitMs: Math.round(counts.quotaWaitMs),
  };
}
