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

/** Domains that are listed by name. */
const EXTERNAL_DOMAINS_SHOWN = 50;

/**
 * Runs a verification: opens the inputs, reads them as an import does, reads the internal domains and the addresses of
 * those that contain aliases, compares, writes `verify.csv`. The file is written atomically, and nothing else is left
 * behind. Returns undefined if the run was stopped.
 *
 * Throws a RunError for errors that the user can fix.
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
        externalDomains: store.externalDomains(EXTERNAL_DOMAINS_SHOWN),
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
