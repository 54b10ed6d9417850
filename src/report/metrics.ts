import type { Registry } from "prom-client";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { NO_OUTCOMES, OUTCOMES } from "../domain/outcome.ts";
import type { Summary } from "./summary.ts";

/** The end of an import, whether it sent anything or not. */
export interface RunEnding {
  /** The folder of runs and ledger: a label that keeps several accounts' metrics apart. */
  readonly folder: string;
  readonly startedAtEpochMs: number;
  readonly endedAtEpochMs: number;
  readonly exitCode: ExitCode;
  /** Undefined if the run failed before it had one. */
  readonly summary: Summary | undefined;
}

const PREFIX = "mimecast_bulk_import";
const LAST_SUCCESS = `${PREFIX}_last_success_timestamp_seconds`;

/**
 * Formats the last import as Prometheus text, for the node exporter's textfile collector. All metrics are gauges:
 * they describe one run, and the next run replaces them.
 *
 * @param before the file's present content: it gives the time of the last success if this run failed
 */
export async function metricsText(ending: RunEnding, before: string): Promise<string> {
  // Loaded only here: most runs have no metrics file.
  const { Registry } = await import("prom-client");
  const registry = new Registry();
  registry.setDefaultLabels({ out: ending.folder });
  await addGauges(registry, ending, before);
  return await registry.metrics();
}

/** Returns true if the content is empty or holds only metrics of an import. */
export function isMetricsText(content: string): boolean {
  return content.split("\n").every((line) => line === "" || OWN_LINE.test(line));
}

const OWN_LINE = new RegExp(`^(?:# (?:HELP|TYPE) )?${PREFIX}_`);

async function addGauges(registry: Registry, ending: RunEnding, before: string): Promise<void> {
  const { Gauge } = await import("prom-client");
  const { endedAtEpochMs, exitCode, startedAtEpochMs, summary } = ending;
  const gauge = (name: string, help: string, value: number): void => {
    new Gauge({ name: `${PREFIX}_${name}`, help, registers: [registry] }).set(value);
  };
  gauge("last_run_timestamp_seconds", "When the last import ended.", endedAtEpochMs / 1_000);
  gauge(
    "last_run_duration_seconds",
    "Duration of the last import.",
    (endedAtEpochMs - startedAtEpochMs) / 1_000,
  );
  gauge("last_run_exit_code", "Exit code of the last import; 0 is success.", exitCode);
  const lastSuccess = exitCode === EXIT.ok ? endedAtEpochMs / 1_000 : lastSuccessIn(before);
  gauge(
    "last_success_timestamp_seconds",
    "When an import last ended with exit code 0; 0 if none did.",
    lastSuccess,
  );
  const rows = new Gauge({
    name: `${PREFIX}_last_run_rows`,
    help: "Rows of the last import by outcome.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const outcomes = summary?.outcomes ?? NO_OUTCOMES;
  for (const outcome of OUTCOMES) rows.set({ outcome }, outcomes[outcome]);
  const calls = new Gauge({
    name: `${PREFIX}_last_run_calls`,
    help: 'Calls of the last import by HTTP status; status "none" counts calls without an answer.',
    labelNames: ["status"],
    registers: [registry],
  });
  for (const [status, count] of callsByStatus(summary)) calls.set({ status }, count);
  gauge("last_run_retries", "Attempts of the last import after a row's first.", summary?.calls?.retries ?? 0);
  const waitMs = summary?.calls?.quotaWaitMs ?? 0;
  gauge("last_run_quota_wait_seconds", "Time in which the quota held calls back.", waitMs / 1_000);
}

function callsByStatus(summary: Summary | undefined): [status: string, count: number][] {
  const { byStatus = {}, total = 0 } = summary?.calls ?? {};
  const answered = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  // A call with an expired token makes two requests, so `answered` may exceed `total`.
  return [...Object.entries(byStatus), ["none", Math.max(0, total - answered)]];
}

/** Returns 0 if the earlier file has no success, so that an alert on its age fires for a job that never worked. */
function lastSuccessIn(before: string): number {
  const [, value] = new RegExp(`^${LAST_SUCCESS}(?:\\{.*\\})? (\\d+(?:\\.\\d+)?)$`, "m").exec(before) ?? [];
  return Number(value ?? 0);
}
