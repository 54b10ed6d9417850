import { basename } from "node:path";
import type { OpenInput } from "../csv/open-input.ts";
import { AdaptiveConcurrency } from "../engine/adaptive-concurrency.ts";
import { CircuitBreaker } from "../engine/circuit-breaker.ts";
import { type Eta, estimateEta } from "../engine/eta.ts";
import { FlowControl } from "../engine/flow-control.ts";
import { PrimaryQueue } from "../engine/primary-queue.ts";
import { QuotaGovernor } from "../engine/quota.ts";
import { type Shutdown, unlessStopped } from "../engine/shutdown.ts";
import { Timeline } from "../engine/timeline.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { closeInputs, openInputs, readInputs, runFolderPath } from "../read-input/read-inputs.ts";
import { dispatchRows } from "../send-rows/dispatch-rows.ts";
import { finishedCount, type PendingRow } from "../send-rows/pending-row.ts";
import { OutcomeRecorder } from "../send-rows/record-outcomes.ts";
import { recordTimeline } from "../send-rows/record-timeline.ts";
import { RunLimits } from "../send-rows/run-limits.ts";
import { BatchSender } from "../send-rows/send-batch.ts";
import { type FinishedRun, finishRun, type Sending } from "../write-results/finish-run.ts";
import { loadManifest, type RunManifest, saveManifest } from "../write-results/run-manifest.ts";
import { timelineSummary } from "../write-results/run-timeline.ts";
import type { SendingJob, SendingParts } from "./import-job.ts";
import { inputManifest, planInputs, planOf } from "./plan-import.ts";

/**
 * The whole of an import, in the order in which it happens: open the inputs, take the ledger, finish runs that
 * were killed, read, plan, send, bring the outcomes into the ledger, write the files. Undefined if it was
 * stopped before anything was sent; then it leaves nothing behind.
 *
 * Throws a RunError for what its user can mend. What was sent until then is on record, and the next run in the
 * folder writes the files.
 */
export async function runImport(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
): Promise<FinishedRun | undefined> {
  const stops = new RunLimits(job.sending, parts.clock, shutdown);
  const over = new AbortController();
  // From the start: standard input may stay silent for ever, and the ledger locked for as long.
  void stops.watchDeadline(over.signal);
  try {
    return await unlessStopped(importInputs(job, parts, shutdown, stops));
  } finally {
    over.abort();
  }
}

async function importInputs(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
  stops: RunLimits,
): Promise<FinishedRun | undefined> {
  const inputs = await openInputs(job, shutdown);
  try {
    const ledger = Ledger.open(job.folder, job.account);
    try {
      mergeKilledRuns(ledger, parts);
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      await finishKilledRuns(ledger, parts);
      return await runInLedger(job, parts, shutdown, stops, ledger, inputs);
    } finally {
      ledger.close();
    }
  } finally {
    closeInputs(inputs);
  }
}

/** First of all, so that what is said of the ledger is true. */
function mergeKilledRuns(ledger: Ledger, parts: SendingParts): void {
  for (const folder of ledger.unfinishedRuns()) {
    const store = ledger.openRun(folder);
    if (store === undefined) continue;
    store.merge(parts.clock.epochMs());
    ledger.leaveRun();
  }
}

async function finishKilledRuns(ledger: Ledger, parts: SendingParts): Promise<void> {
  for (const folder of ledger.unfinishedRuns()) {
    const store = ledger.openRun(folder);
    const description = store === undefined ? undefined : loadManifest(store);
    // Killed before its plan was on record, or the disk lost the plan: its rows are not known.
    const finished =
      store === undefined || description === undefined
        ? undefined
        : await finishRun(store, description, { kind: "killed" }, parts.clock.epochMs());
    ledger.endRun(folder);
    parts.view.runRecovered(folder, finished);
  }
}

async function runInLedger(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
  stops: RunLimits,
  ledger: Ledger,
  inputs: readonly OpenInput[],
): Promise<FinishedRun | undefined> {
  const { clock, view } = parts;
  const startedAtEpochMs = clock.epochMs();
  const store = ledger.beginRun(runFolderPath(job.folder, job.inputs, startedAtEpochMs));
  const { folder } = store;
  view.runBegan(basename(folder));
  let description: RunManifest;
  try {
    const notes = await readInputs(inputs, job.skip, store, shutdown, view);
    await planInputs(store, job, shutdown);
    description = {
      name: "import",
      toolVersion: job.toolVersion,
      tenant: job.account.tenant,
      startedAtEpochMs,
      inputs: inputs.map(inputManifest),
      settings: job.settings,
      rows: notes.rows,
      withoutAlias: notes.withoutAliasCount,
      otherAddresses: notes.ignoredAddressCount,
    };
    // From here on a run that is killed has something to tell.
    saveManifest(store, description);
    view.planned(planOf(store, notes, ledger.lastRate()));
  } catch (error) {
    ledger.endRun(folder);
    throw error;
  }
  const sending = await send(job, parts, shutdown, stops, ledger, store);
  // As it is now: a signal that comes while the files are written stops nothing any more.
  const end = { kind: "ended", stops: [...shutdown.reasons], ...sending } as const;
  store.merge(clock.epochMs());
  const finished = await finishRun(store, description, end, clock.epochMs());
  ledger.endRun(folder);
  return finished;
}

async function send(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
  stops: RunLimits,
  ledger: Ledger,
  store: RunStore,
): Promise<Sending> {
  const { clock, view } = parts;
  const governor = new QuotaGovernor(job.quota);
  const lanes = new AdaptiveConcurrency(job.sending.concurrency);
  const breaker = new CircuitBreaker(job.breaker);
  const flowControl = new FlowControl({
    governor,
    adaptive: lanes,
    breaker,
    clock,
    shutdown,
    permission: PERMISSION,
    hooks: view,
  });
  const journal = store.journal();
  // Before the first call: a run whose plan is not on the disk has sent nothing.
  await journal.sync();
  const queue = new PrimaryQueue<PendingRow>();
  const recorder = new OutcomeRecorder({ queue, journal, shutdown, stops, clock, hooks: view });
  const attempts = new BatchSender(job.sending, {
    ...parts,
    queue,
    journal,
    recorder,
    flowControl,
    shutdown,
    stops,
    hooks: view,
  });
  const rowCount = store.read.sendableCount();
  const total = Math.min(rowCount, job.sending.limit ?? rowCount);
  const timeLeft = (): Eta | undefined => {
    const { baselineLatencyMs: latencyMs } = lanes;
    if (latencyMs === undefined) return undefined;
    const quota = governor.snapshot(clock.nowMs());
    const { maxRatePerSecond } = job.quota;
    const calls = (total - finishedCount(recorder.counts)) / attempts.batchSize;
    return estimateEta(calls, { quota, lanes: flowControl.concurrency, latencyMs, maxRatePerSecond });
  };
  view.sending(() => ({
    total,
    counts: recorder.counts,
    quota: governor.snapshot(clock.nowMs()),
    left: timeLeft(),
  }));
  const startedAtEpochMs = clock.epochMs();
  const startedAtMs = clock.nowMs();
  const timeline = new Timeline(startedAtMs);
  const over = new AbortController();
  const state = () => ({ ...recorder.counts, ...flowControl.counts, quotaWaitMs: flowControl.quotaWaitMs });
  const kept = recordTimeline(timeline, state, clock, over.signal);
  const synced = journal.keepSynced(clock, over.signal).catch(() => shutdown.abortNow());
  try {
    await dispatchRows(job.sending, {
      nextRows: (position, count) => store.read.sendable(position, count),
      rowCount,
      queue,
      attempts,
      recorder,
      flowControl,
      shutdown,
      clock,
    });
  } finally {
    over.abort();
    await Promise.all([kept, synced]);
    await journal.close();
    view.sent();
  }
  // Throws if the last sync failed.
  await journal.flush();
  const quota = governor.snapshot(clock.nowMs());
  const { baselineLatencyMs: usualLatencyMs } = lanes;
  ledger.saveRate({
    ...(quota === undefined ? {} : { quota: { calls: quota.limit, windowMs: quota.windowMs } }),
    ...(usualLatencyMs === undefined ? {} : { latencyMs: usualLatencyMs }),
  });
  const calls = {
    total: flowControl.counts.calls,
    byStatus: Object.fromEntries(flowControl.counts.byStatus),
    retries: recorder.counts.retries,
    rateLimited: flowControl.counts.rateLimited,
    failed: flowControl.counts.failedCalls,
    quotaWaitMs: Math.round(flowControl.quotaWaitMs),
  };
  return { calls, timeline: timelineSummary(timeline, startedAtEpochMs, clock.nowMs() - startedAtMs) };
}

/** What update-alias needs (graded S). */
const PERMISSION = "Directories | Groups | Edit";
