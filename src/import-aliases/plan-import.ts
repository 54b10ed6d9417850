import { setImmediate as nextTurn } from "node:timers/promises";
import type { OpenInput } from "../csv/open-input.ts";
import { type Shutdown, unlessStopped } from "../engine/shutdown.ts";
import { Ledger, type ObservedRate } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import {
  closeInputs,
  firstProblems,
  openInputs,
  readInputs,
  runFolderPath,
} from "../read-input/read-inputs.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import { writePlanFile } from "../write-results/result-files.ts";
import type { InputManifest } from "../write-results/run-manifest.ts";
import type { ImportJob, ImportParts, Plan } from "./import-job.ts";

export interface DryRun {
  readonly plan: Plan;
  readonly planFile: string;
}

/**
 * Runs a `--dry-run`: reads, checks and plans like an import, and writes `plan.csv`. Uses no network and no lock: it
 * works on a copy of the ledger, into which it merges killed runs. Returns undefined if it was stopped; then it leaves
 * nothing behind.
 */
export async function planImport(
  job: ImportJob,
  parts: ImportParts,
  shutdown: Shutdown,
): Promise<DryRun | undefined> {
  return await unlessStopped(planInCopy(job, parts, shutdown));
}

async function planInCopy(job: ImportJob, parts: ImportParts, shutdown: Shutdown): Promise<DryRun> {
  const inputs = await openInputs(job, shutdown);
  try {
    const nowEpochMs = parts.clock.epochMs();
    const folder = runFolderPath(job.folder, job.inputs, nowEpochMs);
    const ledger = Ledger.openCopy(job.folder, folder, nowEpochMs);
    try {
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      const store = ledger.beginDryRun();
      const notes = await readInputs(inputs, job.skip, store, shutdown, parts.view);
      await planInputs(store, job, shutdown);
      const plan = planOf(store, notes, ledger.lastRate());
      parts.view.planned(plan);
      const manifests = inputs.map(inputManifest);
      return { plan, planFile: await writePlanFile(store.folder, store.read, manifests, shutdown) };
    } finally {
      ledger.discard();
    }
  } finally {
    closeInputs(inputs);
  }
}

/** Pairs that the plan shows as sentences. */
const SENTENCES_SHOWN = 3;

/** Plans the run. Throws a StoppedError if a signal came meanwhile. */
export async function planInputs(store: RunStore, job: ImportJob, shutdown: Shutdown): Promise<void> {
  store.plan(job.planning);
  // Planning blocks the event loop. Yield twice so that a pending signal is delivered: the first turn may belong to the
  // current iteration of the loop.
  await nextTurn();
  await nextTurn();
  shutdown.throwIfStopped();
}

/** Returns the manifest of an input that was read to its end. */
export function inputManifest(input: OpenInput): InputManifest {
  const { name, header, headerRaw, delimiter, bom, lineBreak, cellCount } = input;
  const { aliasFor, aliases } = input.columns;
  return {
    name,
    delimiter,
    columns: { aliasFor, aliases: [...aliases] },
    cellCount,
    bom,
    lineBreak,
    ...(header === undefined ? {} : { header: [...header] }),
    ...(headerRaw === undefined ? {} : { headerRaw }),
    encoding: input.encoding(),
    isGuessed: input.guessedEncoding() !== undefined,
    sha256: input.sha256(),
    bytes: input.bytesRead(),
  };
}

/** Returns the figures of a planned run. */
export function planOf(store: RunStore, notes: InputStats, observedRate: ObservedRate): Plan {
  const { rows, send, outcomes } = store.read.planCounts();
  return {
    rows,
    send,
    outcomes,
    notes,
    ...store.read.sendDomains(),
    firstProblems: firstProblems(store),
    firstToSend: store.read.sendable(0, SENTENCES_SHOWN),
    observedRate,
  };
}
