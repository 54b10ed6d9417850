import { NO_OUTCOMES, type OutcomeCounts } from "../../src/domain/outcome.ts";
import type { ShownProblems } from "../../src/report/problems-section.ts";
import type { Summary } from "../../src/report/summary.ts";

export const NO_PROBLEMS: ShownProblems = { groups: [], groupCount: 0, rowCount: 0 };

/** Returns the summary of a successful run, changed by the given fields. */
export function summaryOf(outcomes: Partial<OutcomeCounts>, more: Partial<Summary> = {}): Summary {
  const counts = { ...NO_OUTCOMES, ...outcomes };
  return {
    run: "20260102T030405678Z-aliases",
    tool: { name: "mimecast-bulk", version: "1.2.3" },
    tenant: "corp",
    state: "finished",
    exitCode: 0,
    stopReasons: [],
    startedAt: "2026-01-02T03:04:05.678Z",
    endedAt: "2026-01-02T03:14:05.678Z",
    durationMs: 600_000,
    inputs: [{ name: "aliases.csv", sha256: "ab".repeat(32), bytes: 1_234, encoding: "UTF-8" }],
    settings: { "--concurrency": "64" },
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    outcomes: counts,
    recordsWithoutAlias: 0,
    ignoredAddresses: 0,
    failures: { byCode: [], byDomain: [] },
    calls: { total: 3, byStatus: { 200: 3 }, retries: 0, rateLimited: 0, failed: 0, quotaWaitMs: 0 },
    timeline: null,
    files: { results: "/runs/x/results.csv", report: "/runs/x/report.html" },
    ...more,
  };
}
