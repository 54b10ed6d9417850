import { basename } from "node:path";
import type { OpenInput } from "../csv/open-input.ts";
import { type Shutdown, unlessStopped } from "../engine/shutdown.ts";
import { Ledger } from "../ledger/ledger.ts";
import { closeInputs, openInputs, readInputs, runFolderPath } from "../read-input/read-inputs.ts";
import { RunLimits } from "../send-rows/run-limits.ts";
import { sendRun } from "../send-rows/send-run.ts";
import { type FinishedRun, finishRun } from "../write-results/finish-run.ts";
import { loadManifest, type RunManifest, saveManifest } from "../write-results/run-manifest.ts";
import { callsSummary, timelineSummary } from "../write-results/run-timeline.ts";
import type { SendingJob, SendingParts } from "./import-job.ts";
import { inputManifest, planInputs, planOf } from "./plan-import.ts";

/** The permission that update-alias needs (graded S). */
const PERMISSION = "Directories | Groups | Edit";

/**
 * Runs a whole import, in this order: opens the inputs, locks the ledger, finishes killed runs, reads, plans, sends,
 * merges the outcomes into the ledger, writes the files. Returns undefined if it was stopped before anything was sent;
 * then it leaves nothing behind.
 *
 * Throws a RunError for a failure that its user can fix. The journal keeps what was sent until then, and the next run
 * in the folder writes the files.
 */
export async function runImport(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
): Promise<FinishedRun | undefined> {
  const limits = new RunLimits(job.sending, { ...parts, permission: PERMISSION, shutdown });
  const done = new AbortController();
  // From the start: standard input may stay silent for ever, and the ledger would stay locked.
  void limits.watchDeadline(done.signal);
  try {
    return await unlessStopped(importInputs(job, parts, shutdown, limits));
  } finally {
    done.abort();
  }
}

async function importInputs(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
  limits: RunLimits,
): Promise<FinishedRun | undefined> {
  const inputs = await openInputs(job, shutdown);
  try {
    const ledger = Ledger.open(job.folder, job.account);
    try {
      mergeKilledRuns(ledger, parts);
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      await finishKilledRuns(ledger, parts);
      return await runInLedger(job, parts, shutdown, limits, ledger, inputs);
    } finally {
      ledger.close();
    }
  } finally {
    closeInputs(inputs);
  }
}

/** Merges killed runs into the ledger, before anything is read from it. */
function mergeKilledRuns(ledger: Ledger, parts: SendingParts): void {
  for (const folder of ledger.unfinishedRuns()) {
    const store = ledger.openRun(folder);
    if (store === undefined) continue;
    store.merge(parts.clock.epochMs());
    ledger.leaveRun();
  }
}

/** Writes the files of killed runs, and removes their records. */
async function finishKilledRuns(ledger: Ledger, parts: SendingParts): Promise<void> {
  for (const folder of ledger.unfinishedRuns()) {
    const store = ledger.openRun(folder);
    const manifest = store === undefined ? undefined : loadManifest(store);
    // Without a manifest its rows are unknown: it was killed before it had a plan, or the disk lost the plan.
    const finished =
      store === undefined || manifest === undefined
        ? undefined
        : await finishRun(store, manifest, { kind: "killed" }, parts.clock.epochMs());
    ledger.endRun(folder);
    parts.view.runRecovered(folder, finished);
  }
}

async function runInLedger(
  job: SendingJob,
  parts: SendingParts,
  shutdown: Shutdown,
  limits: RunLimits,
  ledger: Ledger,
  inputs: readonly OpenInput[],
): Promise<FinishedRun | undefined> {
  const { client, clock, view } = parts;
  const startedAtEpochMs = clock.epochMs();
  const store = ledger.beginRun(runFolderPath(job.folder, job.inputs, startedAtEpochMs));
  const { folder } = store;
  view.runBegan(basename(folder));
  let manifest: RunManifest;
  try {
    const notes = await readInputs(inputs, job.skip, store, shutdown, view);
    await planInputs(store, job, shutdown);
    manifest = {
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
    // From here on, the next run can finish this one if it is killed.
    saveManifest(store, manifest);
    view.planned(planOf(store, notes, ledger.lastRate()));
  } catch (error) {
    ledger.endRun(folder);
    throw error;
  }
  const sent = await sendRun(job, {
    ...parts,
    store,
    callBatch: (pairs, options) => client.updateAliases(pairs, options),
    permission: PERMISSION,
    limits,
    shutdown,
    hooks: view,
  });
  ledger.saveRate(sent.observedRate);
  const end = {
    kind: "ended",
    // Copied: a signal that comes while the files are written stops nothing any more.
    stops: [...shutdown.reasons],
    calls: callsSummary(sent.counts),
    timeline: timelineSummary(sent.timeline, sent.startedAtEpochMs, sent.durationMs),
  } as const;
  store.merge(clock.epochMs());
  const finished = await finishRun(store, manifest, end, clock.epochMs());
  ledger.endRun(folder);
  return finished;
}
