import { platform } from "node:os";
import { basename, join } from "node:path";
import { effectiveStops, exitCodeForRun, type StopReason } from "../domain/exit-code.ts";
import { writeFileAtomic } from "../files/atomic-file.ts";
import type { FailureCount } from "../ledger/run-queries.ts";
import type { RunStore } from "../ledger/run-store.ts";
import type { ShownProblems } from "../report/problems-section.ts";
import {
  assertComplete,
  type FailureLine,
  type Summary,
  type SummaryCalls,
  type SummaryTimeline,
  summaryText,
} from "../report/summary.ts";
import { type ResultFiles, writeResultFiles } from "./result-files.ts";
import type { RunManifest } from "./run-manifest.ts";
import { timelineFromLedger } from "./run-timeline.ts";

/** The results of sending, besides the rows' outcomes. */
interface Sending {
  readonly calls: SummaryCalls;
  readonly timeline: SummaryTimeline | null;
}

/** How a run ended. */
export type RunEnd =
  | ({ readonly kind: "ended"; readonly stops: readonly StopReason[] } & Sending)
  | { readonly kind: "killed" };

export interface FinishedRun {
  readonly summary: Summary;
  readonly files: RunFiles;
}

/** Paths of all files that a run writes for its user. */
type RunFiles = ResultFiles & { readonly report: string };

/**
 * Writes the files of a run whose outcomes are in the ledger. Idempotent: if the process dies here, the next run
 * finishes this one. Throws a RunError `output` if a file can't be written.
 */
export async function finishRun(
  store: RunStore,
  manifest: RunManifest,
  end: RunEnd,
  nowEpochMs: number,
): Promise<FinishedRun> {
  const results = await writeResultFiles(store.folder, store.read, manifest.inputs);
  const files = { ...results, report: join(store.folder, "report.html") };
  const summary = summaryOf(store, manifest, end, nowEpochMs, files);
  // Loaded only here, because a run renders its report once, at its end.
  const { reportPage } = await import("../report/report-page.ts");
  await writeFileAtomic(files.report, reportPage(summary, shownProblems(store, manifest), platform()));
  await writeFileAtomic(join(store.folder, "summary.json"), summaryText(summary));
  return { summary, files };
}

function summaryOf(
  store: RunStore,
  manifest: RunManifest,
  end: RunEnd,
  nowEpochMs: number,
  files: RunFiles,
): Summary {
  const { rows } = manifest;
  const outcomes = assertComplete(store.read.outcomeCounts(), rows);
  const failures = store.read.failures();
  const stops = end.kind === "ended" ? effectiveStops(end.stops, outcomes) : [];
  return {
    run: basename(store.folder),
    tool: { name: "mimecast-bulk", version: manifest.toolVersion },
    tenant: manifest.tenant,
    state: end.kind === "killed" ? "killed" : stops.length > 0 ? "stopped" : "finished",
    exitCode: end.kind === "killed" ? null : exitCodeForRun(stops, outcomes),
    stopReasons: stops,
    startedAt: new Date(manifest.startedAtEpochMs).toISOString(),
    endedAt: new Date(nowEpochMs).toISOString(),
    durationMs: nowEpochMs - manifest.startedAtEpochMs,
    inputs: manifest.inputs.map(({ name, encoding, sha256, bytes }) => ({
      name,
      encoding,
      sha256,
      bytes,
    })),
    settings: manifest.settings,
    rows,
    recordsWithoutAlias: manifest.withoutAlias,
    ignoredAddresses: manifest.otherAddresses,
    outcomes,
    failures: {
      byCode: failures.byCode.map(failureLine),
      byDomain: failures.byDomain.map(failureLine),
    },
    calls: end.kind === "killed" ? null : end.calls,
    timeline: end.kind === "killed" ? timelineFromLedger(store.report) : end.timeline,
    files: { ...files },
  };
}

/** Returns the problems for the report; with several inputs, each example has its input's name. */
function shownProblems(store: RunStore, { inputs }: RunManifest): ShownProblems {
  const { groups, groupCount, rowCount } = store.report.problems();
  const nameOf = (file: number): string | undefined => (inputs.length > 1 ? inputs[file]?.name : undefined);
  return {
    groups: groups.map((group) => ({
      ...group,
      examples: group.examples.map((example) => ({ ...example, input: nameOf(example.file) })),
    })),
    groupCount,
    rowCount,
  };
}

function failureLine(count: FailureCount): FailureLine {
  return { name: count.name, new: count.fresh, repeated: count.repeated };
}
