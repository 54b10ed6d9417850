import { type Stop, unlessStopped } from "../engine/stop.ts";
import { Ledger } from "../ledger/ledger.ts";
import { closeInputs, openInputs } from "../read-input/open-inputs.ts";
import { readInputs } from "../read-input/read-inputs.ts";
import { runFolder } from "../read-input/run-folder.ts";
import type { ImportJob, ImportParts, Plan } from "./import-job.ts";
import { describedInput, planInputs, planOf } from "./prepare-run.ts";
import { writePlanFile } from "./result-files.ts";

export interface DryRun {
  readonly plan: Plan;
  readonly planFile: string;
}

/**
 * `--dry-run`: reads, checks and plans as an import would, and writes `plan.csv`. No network, no lock: it works
 * on a copy of the ledger, into which it brings what killed runs have on record. Undefined if it was stopped; then
 * it leaves nothing behind.
 */
export async function planImport(
  job: ImportJob,
  parts: ImportParts,
  stop: Stop,
): Promise<DryRun | undefined> {
  return await unlessStopped(planInCopy(job, parts, stop));
}

async function planInCopy(job: ImportJob, parts: ImportParts, stop: Stop): Promise<DryRun> {
  const inputs = await openInputs(job, stop);
  try {
    const nowEpochMs = parts.clock.epochMs();
    const wanted = runFolder(job.folder, job.inputs, nowEpochMs);
    const ledger = Ledger.openCopy(job.folder, wanted, nowEpochMs);
    try {
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      const store = ledger.beginDryRun();
      const notes = await readInputs(inputs, job.skip, store, stop, parts.view);
      await planInputs(store, job, stop);
      const plan = planOf(store, notes, ledger.pace());
      parts.view.planned(plan);
      const described = inputs.map(describedInput);
      return { plan, planFile: await writePlanFile(store.folder, store.read, described, stop) };
    } finally {
      ledger.discard();
    }
  } finally {
    closeInputs(inputs);
  }
}
