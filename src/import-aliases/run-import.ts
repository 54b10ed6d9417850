import { basename } from "node:path";
import type { OpenInput } from "../csv/open-input.ts";
import { LaneCount } from "../engine/adaptive-concurrency.ts";
import { Breaker } from "../engine/circuit-breaker.ts";
import { type Forecast, forecast } from "../engine/eta.ts";
import { Traffic } from "../engine/flow-control.ts";
import { QuotaGovernor } from "../engine/quota.ts";
import { type Stop, unlessStopped } from "../engine/shutdown.ts";
import { Timeline } from "../engine/timeline.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { closeInputs, openInputs, readInputs, runFolder } from "../read-input/read-inputs.ts";
import { sendRows } from "../send-rows/dispatch-rows.ts";
import { finishedCount } from "../send-rows/pending-row.ts";
import { RowEndings } from "../send-rows/record-outcomes.ts";
import { keepTimeline } from "../send-rows/record-timeline.ts";
import { StopWatch } from "../send-rows/run-limits.ts";
import { RowAttempts } from "../send-rows/send-batch.ts";
import { type FinishedRun, finishRun, type Sending } from "../write-results/finish-run.ts";
import { describeRun, descriptionOf, type RunDescription } from "../write-results/run-manifest.ts";
import { courseOf } from "../write-results/run-timeline.ts";
import type { SendingJob, SendingParts } from "./import-job.ts";
import { describedInput, planInputs, planOf } from "./plan-import.ts";

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
  stop: Stop,
): Promise<FinishedRun | undefined> {
  const stops = new StopWatch(job.sending, parts.clock, stop);
  const over = new AbortController();
  // From the start: standard input may stay silent for ever, and the ledger locked for as long.
  void stops.watchDeadline(over.signal);
  try {
    return await unlessStopped(importInputs(job, parts, stop, stops));
  } finally {
    over.abort();
  }
}

async function importInputs(
  job: SendingJob,
  parts: SendingParts,
  stop: Stop,
  stops: StopWatch,
): Promise<FinishedRun | undefined> {
  const inputs = await openInputs(job, stop);
  try {
    const ledger = Ledger.open(job.folder, job.account);
    try {
      mergeKilledRuns(ledger, parts);
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      await finishKilledRuns(ledger, parts);
      return await runInLedger(job, parts, stop, stops, ledger, inputs);
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
    const description = store === undefined ? undefined : descriptionOf(store);
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
  stop: Stop,
  stops: StopWatch,
  ledger: Ledger,
  inputs: readonly OpenInput[],
): Promise<FinishedRun | undefined> {
  const { clock, view } = parts;
  const startedAtEpochMs = clock.epochMs();
  const store = ledger.beginRun(runFolder(job.folder, job.inputs, startedAtEpochMs));
  const { folder } = store;
  view.runBegan(basename(folder));
  let description: RunDescription;
  try {
    const notes = await readInputs(inputs, job.skip, store, stop, view);
    await planInputs(store, job, stop);
    description = {
      name: "import",
      toolVersion: job.toolVersion,
      tenant: job.account.tenant,
      startedAtEpochMs,
      inputs: inputs.map(describedInput),
      settings: job.settings,
      rows: notes.rows,
      withoutAlias: notes.withoutAliasCount,
      otherAddresses: notes.otherAddressCount,
    };
    // From here on a run that is killed has something to tell.
    describeRun(store, description);
    view.planned(planOf(store, notes, ledger.pace()));
  } catch (error) {
    ledger.endRun(folder);
    throw error;
  }
  const sending = await send(job, parts, stop, stops, ledger, store);
  // As it is now: a signal that comes while the files are written stops nothing any more.
  const end = { kind: "ended", stops: [...stop.reasons], ...sending } as const;
  store.merge(clock.epochMs());
  const finished = await finishRun(store, description, end, clock.epochMs());
  ledger.endRun(folder);
  return finished;
}

async function send(
  job: SendingJob,
  parts: SendingParts,
  stop: Stop,
  stops: StopWatch,
  ledger: Ledger,
  store: RunStore,
): Promise<Sending> {
  const { clock, view } = parts;
  const governor = new QuotaGovernor(job.quota);
  const lanes = new LaneCount(job.sending.concurrency);
  const breaker = new Breaker(job.breaker);
  const traffic = new Traffic({ governor, lanes, breaker, clock, stop, permission: PERMISSION, watch: view });
  const journal = store.journal();
  // Before the first call: a run whose plan is not on the disk has sent nothing.
  await journal.sync();
  const endings = new RowEndings({ journal, stop, stops, clock, watch: view });
  const attempts = new RowAttempts(job.sending, {
    ...parts,
    journal,
    endings,
    traffic,
    stop,
    stops,
    watch: view,
  });
  const rowCount = store.read.sendableCount();
  const total = Math.min(rowCount, job.sending.limit ?? rowCount);
  const timeLeft = (): Forecast | undefined => {
    const { usualLatencyMs: latencyMs } = lanes;
    if (latencyMs === undefined) return undefined;
    const quota = governor.view(clock.nowMs());
    const { maxRatePerSecond } = job.quota;
    const calls = (total - finishedCount(endings.counts)) / attempts.rowsPerCall;
    return forecast(calls, { quota, lanes: traffic.laneCount, latencyMs, maxRatePerSecond });
  };
  view.sending(() => ({
    total,
    counts: endings.counts,
    quota: governor.view(clock.nowMs()),
    left: timeLeft(),
  }));
  const startedAtEpochMs = clock.epochMs();
  const startedAtMs = clock.nowMs();
  const timeline = new Timeline(startedAtMs);
  const over = new AbortController();
  const state = () => ({ ...endings.counts, ...traffic.counts, quotaWaitMs: traffic.quotaWaitMs });
  const kept = keepTimeline(timeline, state, clock, over.signal);
  const synced = journal.keepSynced(clock, over.signal).catch(() => stop.abandon());
  try {
    await sendRows(job.sending, {
      nextRows: (position, count) => store.read.sendable(position, count),
      rowCount,
      attempts,
      endings,
      traffic,
      stop,
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
  const quota = governor.view(clock.nowMs());
  const { usualLatencyMs } = lanes;
  ledger.rememberPace({
    ...(quota === undefined ? {} : { quota: { calls: quota.limit, windowMs: quota.windowMs } }),
    ...(usualLatencyMs === undefined ? {} : { latencyMs: usualLatencyMs }),
  });
  const calls = {
    total: traffic.counts.calls,
    byStatus: Object.fromEntries(traffic.counts.byStatus),
    retries: endings.counts.retries,
    answered429: traffic.counts.throttled,
    withoutEffect: traffic.counts.blocked,
    quotaWaitMs: Math.round(traffic.quotaWaitMs),
  };
  return { calls, timeline: courseOf(timeline, startedAtEpochMs, clock.nowMs() - startedAtMs) };
}

/** What update-alias needs (graded S). */
const PERMISSION = "Directories | Groups | Edit";
