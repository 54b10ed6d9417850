import { existsSync, rmSync } from "node:fs";
import type { Stop } from "../engine/stop.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { ImportJob, ImportParts, Plan } from "./import-job.ts";
import { closeInputs, describedInput, openInputs, planOf, readInputs, runFolder } from "./prepare-run.ts";
import { writePlanFile } from "./result-files.ts";
import { unlessStopped } from "./run-import.ts";

export interface DryRun {
  readonly plan: Plan;
  readonly planFile: string;
}

/**
 * `--dry-run`: reads, checks and plans as an import would, and writes `plan.csv`. No network, no lock: it works
 * on a copy of the ledger. Undefined if it was stopped; then it leaves nothing behind.
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
  const folder = runFolder(job, parts.clock.epochMs());
  let isDone = false;
  try {
    const ledger = Ledger.openCopy(job.folder, folder);
    try {
      parts.view.ledgerOpened(ledger.path, ledger.knownCount());
      const store = ledger.beginDryRun();
      const notes = await readInputs(inputs, job, store, stop, parts.view);
      store.plan(job.planning);
      const plan = planOf(store, notes, ledger.quota());
      parts.view.planned(plan);
      const described = inputs.map((input) => describedInput(input, true));
      const planFile = await writePlanFile(folder, store.read, described);
      isDone = true;
      return { plan, planFile };
    } finally {
      ledger.discard();
    }
  } finally {
    if (!isDone && existsSync(folder)) rmSync(folder, { recursive: true });
    closeInputs(inputs);
  }
}
