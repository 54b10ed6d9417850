import type { Registry } from "prom-client";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { NO_OUTCOMES, OUTCOMES } from "../domain/outcome.ts";
import type { Summary } from "./summary.ts";

/** How an import ended, whether it came to send anything or not. */
export interface RunEnding {
  /** Where runs and the ledger are kept: tells the accounts of several files apart. */
  readonly folder: string;
  readonly startedAtEpochMs: number;
  readonly endedAtEpochMs: number;
  readonly exitCode: ExitCode;
  /** Undefined where the run failed before it had one. */
  readonly summary: Summary | undefined;
}

const PREFIX = "mimecast_bulk_import";
const LAST_SUCCESS = `${PREFIX}_last_success_timestamp_seconds`;

/**
 * The last import as Prometheus text, for the node exporter's textfile collector. All are gauges: they tell of one
 * run, and the next run's replace them.
 *
 * @param before what the file held until now: when an import last succeeded is taken from it
 */
export async function metricsText(ending: RunEnding, before: string): Promise<string> {
  // Loaded only here: most runs have no metrics file.
  const { Registry } = await import("prom-client");
  const registry = new Registry();
  registry.setDefaultLabels({ out: ending.folder });
  await addGauges(registry, ending, before);
  return await registry.metrics();
}

/** Returns whether a file of this content holds nothing but metrics of an import, or nothing at all. */
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
  gauge("last_run_duration_seconds", "How long it took.", (endedAtEpochMs - startedAtEpochMs) / 1_000);
  gauge("last_run_exit_code", "The exit code it ended with; 0 is success.", exitCode);
  const lastSuccess = exitCode === EXIT.ok ? endedAtEpochMs / 1_000 : lastSuccessIn(before);
  gauge("last_success_timestamp_seconds", "When an import last ended with 0; 0 if none did.", lastSuccess);
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
    help: "Calls of the last import by the HTTP status of their answer; none where there was no answer.",
    labelNames: ["status"],
    registers: [registry],
  });
  for (const [status, count] of callsByStatus(summary)) calls.set({ status }, count);
  gauge("last_run_retries", "Attempts after a row's first.", summary?.calls?.retries ?? 0);
  const waitMs = summary?.calls?.quotaWaitMs ?? 0;
  gauge("last_run_quota_wait_seconds", "Time in which the quota held calls back.", waitMs / 1_000);
}

function callsByStatus(summary: Summary | undefined): [status: string, count: number][] {
  const { byStatus = {}, total = 0 } = summary?.calls ?? {};
  const answered = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  // A token that had expired makes one call of two requests.
  return [...Object.entries(byStatus), ["none", Math.max(0, total - answered)]];
}

/** 0 where no earlier file tells of a success, so that an alert on its age rings for a job that never worked. */
function lastSuccessIn(before: string): number {
  const [, value] = new RegExp(`^${LAST_SUCCESS}(?:\\{.*\\})? (\\d+(?:\\.\\d+)?)$`, "m").exec(before) ?? [];
  return Number(value ?? 0);
}
