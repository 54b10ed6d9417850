import { basename, join } from "node:path";
import type { OpenInput } from "../csv/open-input.ts";
import { writeCsv } from "../csv/write-csv.ts";
import { type Shutdown, unlessStopped } from "../engine/shutdown.ts";
import { VerifyStore } from "../ledger/verify-store.ts";
import {
  closeInputs,
  firstProblems,
  openInputs,
  readInputs,
  runFolderPath,
} from "../read-input/read-inputs.ts";
import { lookUp } from "./look-up.ts";
import type { Verified, VerifyJob, VerifyParts, VerifyRows } from "./verify-job.ts";

const FOREIGN_SHOWN = 50;

/**
 * The whole of a verification, in the order in which it happens: open the inputs, read them as an import does, ask
 * which domains are internal, read the addresses of each that matters, compare, write `verify.csv`. The file is
 * written whole or not at all, and nothing else is left behind. Undefined if the run was stopped.
 *
 * Throws a RunError for what its user can mend.
 */
export async function runVerify(
  job: VerifyJob,
  parts: VerifyParts,
  shutdown: Shutdown,
): Promise<Verified | undefined> {
  return await unlessStopped(verifyAll(job, parts, shutdown));
}

async function verifyAll(job: VerifyJob, parts: VerifyParts, shutdown: Shutdown): Promise<Verified> {
  const inputs = await openInputs(job, shutdown);
  try {
    const startedAtEpochMs = parts.clock.epochMs();
    const store = VerifyStore.open(job.folder, runFolderPath(job.folder, job.inputs, startedAtEpochMs));
    const { folder } = store.run;
    try {
      parts.view.runBegan(basename(folder));
      const rows = await readRows(inputs, job, store, parts, shutdown);
      const calls = await lookUp(store, job, parts, shutdown);
      store.compare();
      return {
        run: basename(folder),
        ...rows,
        found: store.counts(),
        ambiguousAliases: store.ambiguousCount(),
        unmarkedAliases: store.unmarkedCount(),
        externalDomains: store.externalDomains(FOREIGN_SHOWN),
        calls,
        startedAtEpochMs,
        endedAtEpochMs: parts.clock.epochMs(),
        file: await writeVerifyFile(join(folder, "verify.csv"), store, inputs),
      };
    } finally {
      store.discard();
    }
  } finally {
    closeInputs(inputs);
  }
}

async function readRows(
  inputs: readonly OpenInput[],
  job: VerifyJob,
  store: VerifyStore,
  { view }: VerifyParts,
  shutdown: Shutdown,
): Promise<VerifyRows> {
  const { rows: _, ...notes } = await readInputs(inputs, job.skip, store.run, shutdown, view);
  const { outcomes, rows } = store.run.read.planCounts();
  const read = {
    rows: rows - outcomes.skipped,
    invalid: outcomes.invalid,
    skipped: outcomes.skipped,
  };
  view.read({ ...read, notes, firstInvalid: firstProblems(store.run) });
  store.collectAliases();
  return read;
}

async function writeVerifyFile(
  path: string,
  store: VerifyStore,
  inputs: readonly OpenInput[],
): Promise<string> {
  const hasFile = inputs.length > 1;
  const header = [...(hasFile ? ["file"] : []), "line", "aliasFor", "alias", "found"];
  await writeCsv(path, header, cellsOf(store, hasFile ? inputs : []));
  return path;
}

function* cellsOf(store: VerifyStore, inputs: readonly OpenInput[]) {
  for (const page of store.rows()) {
    yield page.map(({ file, line, aliasFor, alias, found }) => {
      const name = inputs.length === 0 ? [] : [inputs[file]?.name ?? ""];
      return [...name, line, aliasFor, alias, found];
    });
  }
}
