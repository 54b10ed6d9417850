import { basename, join } from "node:path";
import { exitOfRun } from "../domain/exit-code.ts";
import type { StopReason } from "../domain/stop-reason.ts";
import { writeWhole } from "../files/whole-file.ts";
import type { FailureCount } from "../ledger/run-reader.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { checkedCounts, type FailureLine, type Summary, type SummaryCalls } from "../report/summary.ts";
import { type ResultFiles, writeResultFiles } from "./result-files.ts";
import type { RunDescription } from "./run-description.ts";

/** How a run came to its end. */
export type RunEnd =
  | { readonly kind: "ended"; readonly stops: readonly StopReason[]; readonly calls: SummaryCalls }
  | { readonly kind: "killed" };

export interface FinishedRun {
  readonly summary: Summary;
  readonly files: ResultFiles;
}

/**
 * Writes the files of a run whose outcomes are in the ledger. Can be repeated: a run that dies in here is finished
 * by the next one. Throws a RunError `output` where a file can't be written.
 */
export async function finishRun(
  store: RunStore,
  description: RunDescription,
  end: RunEnd,
  nowEpochMs: number,
): Promise<FinishedRun> {
  const files = await writeResultFiles(store.folder, store.read, description.inputs);
  const summary = summaryOf(store, description, end, nowEpochMs, files);
  await writeWhole(join(store.folder, "summary.json"), `${JSON.stringify(summary, undefined, 2)}\n`);
  return { summary, files };
}

function summaryOf(
  store: RunStore,
  description: RunDescription,
  end: RunEnd,
  nowEpochMs: number,
  files: ResultFiles,
): Summary {
  const counts = store.read.outcomeCounts();
  const rows = description.rows ?? Object.values(counts).reduce((sum, count) => sum + count, 0);
  const outcomes = checkedCounts(counts, rows);
  const failures = store.read.failures();
  const stops = end.kind === "ended" ? end.stops : [];
  return {
    run: basename(store.folder),
    tool: { name: "mimecast-bulk", version: description.toolVersion },
    tenant: description.tenant,
    state: end.kind === "killed" ? "killed" : stops.length > 0 ? "stopped" : "finished",
    exitCode: end.kind === "killed" ? null : exitOfRun(stops, outcomes),
    stops,
    startedAt: new Date(description.startedAtEpochMs).toISOString(),
    endedAt: new Date(nowEpochMs).toISOString(),
    durationMs: nowEpochMs - description.startedAtEpochMs,
    inputs: description.inputs.map(({ name, sha256, bytes }) => ({
      name,
      sha256: sha256 ?? null,
      bytes: bytes ?? null,
    })),
    rows,
    outcomes,
    failures: {
      byCode: failures.byCode.map(failureLine),
      byDomain: failures.byDomain.map(failureLine),
    },
    calls: end.kind === "killed" ? null : end.calls,
    files: { ...files },
  };
}

function failureLine(count: FailureCount): FailureLine {
  return { name: count.name, new: count.fresh, repeated: count.repeated };
}
