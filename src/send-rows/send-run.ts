import type { Clock } from "../domain/clock.ts";
import { AdaptiveConcurrency } from "../engine/adaptive-concurrency.ts";
import { type BreakerRules, CircuitBreaker } from "../engine/circuit-breaker.ts";
import { type Eta, estimateEta } from "../engine/eta.ts";
import { type CallCounts, FlowControl } from "../engine/flow-control.ts";
import { PrimaryQueue } from "../engine/primary-queue.ts";
import { QuotaGovernor, type QuotaRules, type QuotaSnapshot } from "../engine/quota.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import { Timeline, type TimelineSample } from "../engine/timeline.ts";
import type { ObservedRate } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import type { BatchCall } from "./claimed-call.ts";
import { type DispatchRules, dispatchRows } from "./dispatch-rows.ts";
import { finishedCount, type PendingRow, type SendCounts, type SendHooks } from "./pending-row.ts";
import { OutcomeRecorder } from "./record-outcomes.ts";
import { recordTimeline } from "./record-timeline.ts";
import type { RunLimits } from "./run-limits.ts";
import { type BatchRules, BatchSender } from "./send-batch.ts";

/** Settings of how a run sends. */
export interface SendJob {
  readonly sending: DispatchRules & BatchRules;
  readonly quota: QuotaRules;
  readonly breaker: BreakerRules;
}

/** The planned run, its call, and all else that {@link sendRun} depends on. */
export interface SendContext {
  /** The planned run: its rows, and its journal. */
  readonly store: RunStore;
  readonly callBatch: BatchCall;
  /** The permission that the call needs, by its name in Mimecast's administration console. */
  readonly permission: string;
  readonly limits: RunLimits;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly hooks: SendRunHooks;
}

/** Observers of a run while it sends. */
export interface SendRunHooks extends SendHooks {
  /** Sending begins. `progress` can be called at any time until {@link sent}. */
  sending(progress: () => SendProgress): void;
  sent(): void;
}

/** Progress of sending. */
export interface SendProgress {
  readonly total: number;
  readonly counts: Readonly<SendCounts>;
  readonly quota: QuotaSnapshot | undefined;
  /** Undefined until the latency is known. Does not foresee retries. */
  readonly left: Eta | undefined;
}

/** Figures of a run that has sent. */
export interface SentRun {
  readonly counts: SentCounts;
  readonly timeline: Timeline;
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  /** The quota and the latency, for the estimate of the next plan. */
  readonly observedRate: ObservedRate;
}

/** Rows and calls of a run, counted. */
type SentCounts = TimelineSample & Pick<CallCounts, "byStatus">;

/**
 * Sends the rows of a planned run until none is left or the run drains. Returns once no call is in flight and every
 * outcome is on the disk. Throws if the journal can't be written.
 */
export async function sendRun(job: SendJob, context: SendContext): Promise<SentRun> {
  const { store, shutdown, clock, hooks } = context;
  const governor = new QuotaGovernor(job.quota);
  const adaptive = new AdaptiveConcurrency(job.sending.concurrency);
  const breaker = new CircuitBreaker(job.breaker);
  const flowControl = new FlowControl({ ...context, governor, adaptive, breaker });
  const journal = store.journal();
  // Before the first call: a run whose plan is not on the disk must not have sent anything.
  await journal.sync();
  const queue = new PrimaryQueue<PendingRow>();
  const recorder = new OutcomeRecorder({ ...context, queue, journal });
  const sender = new BatchSender(job.sending, { ...context, queue, journal, recorder, flowControl });
  const rowCount = store.read.sendableCount();
  const total = Math.min(rowCount, job.sending.limit ?? rowCount);
  const timeLeft = (): Eta | undefined => {
    const { baselineLatencyMs: latencyMs } = adaptive;
    if (latencyMs === undefined) return undefined;
    const quota = governor.snapshot(clock.nowMs());
    const { maxRatePerSecond } = job.quota;
    const calls = (total - finishedCount(recorder.counts)) / sender.batchSize;
    return estimateEta(calls, { quota, lanes: flowControl.concurrency, latencyMs, maxRatePerSecond });
  };
  hooks.sending(() => ({
    total,
    counts: recorder.counts,
    quota: governor.snapshot(clock.nowMs()),
    left: timeLeft(),
  }));
  const startedAtEpochMs = clock.epochMs();
  const startedAtMs = clock.nowMs();
  const timeline = new Timeline(startedAtMs);
  const counts = (): SentCounts => ({
    ...recorder.counts,
    ...flowControl.counts,
    quotaWaitMs: flowControl.quotaWaitMs,
  });
  const done = new AbortController();
  const recorded = recordTimeline(timeline, counts, clock, done.signal);
  const synced = journal.keepSynced(clock, done.signal).catch(() => shutdown.abortNow());
  const nextRows = (position: number, count: number) => store.read.sendable(position, count);
  try {
    await dispatchRows(job.sending, { ...context, nextRows, rowCount, queue, sender, recorder, flowControl });
  } finally {
    done.abort();
    await Promise.all([recorded, synced]);
    await journal.close();
    hooks.sent();
  }
  // Throws if the last sync failed.
  await journal.flush();
  const quota = governor.snapshot(clock.nowMs());
  const { baselineLatencyMs: latencyMs } = adaptive;
  return {
    counts: counts(),
    timeline,
    startedAtEpochMs,
    durationMs: clock.nowMs() - startedAtMs,
    observedRate: {
      ...(quota === undefined ? {} : { quota: { calls: quota.limit, windowMs: quota.windowMs } }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
    },
  };
}
