import { randomUUID } from "node:crypto";
import type { Account } from "../config/credentials.ts";
import { type ImportConfig, type ImportFlags, readImportConfig } from "../config/import-config.ts";
import { EXIT, type ExitCode, exitCodeForPlan, exitCodeForRun } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { Shutdown } from "../engine/shutdown.ts";
import type { ImportJob } from "../import-aliases/import-job.ts";
import { planImport } from "../import-aliases/plan-import.ts";
import { runImport } from "../import-aliases/run-import.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import type { Summary } from "../report/summary.ts";
import { type Console, createConsole } from "./console.ts";
import type { Host } from "./host.ts";
import { checkVariadicOptions, jobOf, sendingJob } from "./import-settings.ts";
import { ConsoleImportView } from "./import-view.ts";
import { withMetrics } from "./metrics-file.ts";
import { rerunArguments } from "./next-command.ts";
import { refuseTooFewFiles } from "./open-files.ts";
import { clientSettings, printEnd, stopOnSignal, withErrorReport } from "./run-command.ts";
import { withAccount } from "./simulated-account.ts";
import { print } from "./stdout.ts";
import { summaryLines } from "./summary-text.ts";
import { systemClock } from "./system-clock.ts";

/** Runs `mimecast-bulk import FILE…`. Throws a RunError for an error that the user can fix. */
export async function importCommand(
  files: readonly string[],
  flags: ImportFlags,
  host: Host,
): Promise<ExitCode> {
  return await withMetrics(flags, host, (onSummary) => importFiles(files, flags, host, onSummary));
}

async function importFiles(
  files: readonly string[],
  flags: ImportFlags,
  host: Host,
  onSummary: (summary: Summary) => void,
): Promise<ExitCode> {
  checkVariadicOptions(files, {
    "--skip-domain": flags.skipDomain,
    "--in-place-code": flags.inPlaceCode,
    "--allow": flags.allow,
  });
  const config = readImportConfig(flags, { ...host, nowEpochMs: systemClock.epochMs() });
  // With the simulator both ends of a connection are in this process.
  if (!config.dryRun) refuseTooFewFiles(config.concurrency * (config.simulate ? 2 : 1));
  const { quiet, verbose, noColor } = config;
  const console = await createConsole({ quiet, verbose, color: !noColor }, host);
  const job = jobOf(files, config, host);
  const shutdown = new Shutdown();
  host.onSignal((signal) => stopOnSignal(signal, shutdown, console));
  if (files.includes("-")) console.info("Waiting for standard input");
  if (config.rowsPerRequest > DOCUMENTED_ROWS_PER_REQUEST)
    console.log.warn(tooManyRows(config.rowsPerRequest));
  console.log.debug({ files }, "Opening the input");
  return await withErrorReport(console, config, host, async () => {
    if (config.dryRun) return await dryRun(job, config, console, shutdown, host);
    const sending = { job, config, console, shutdown, host, onSummary };
    // Without --simulate, readImportConfig rejects settings without an account.
    return await withAccount(config.account, (account) => send(sending, account));
  });
}

/** Maximum number of items in a call (grade P). */
const DOCUMENTED_ROWS_PER_REQUEST = 5;

function tooManyRows(rowsPerRequest: number): string {
  return `--rows-per-request ${rowsPerRequest} is above ${DOCUMENTED_ROWS_PER_REQUEST}, the documented limit of items in one call. The effect of more is unknown: use 5, or try it with --limit first`;
}

async function stoppedEarly(
  console: Console,
  shutdown: Shutdown,
  config: ImportConfig,
  host: Host,
): Promise<ExitCode> {
  const reasons = shutdown.reasons.map((reason) => reason.message).join("; ");
  const message = `Stopped before anything was sent (${reasons}); nothing is left behind`;
  const exitCode = exitCodeForRun(shutdown.reasons, NO_OUTCOMES);
  printEnd(console, exitCode, [message]);
  if (config.json) await print(host, { state: "stopped", exitCode, stops: shutdown.reasons, message });
  return exitCode;
}

async function dryRun(
  job: ImportJob,
  config: ImportConfig,
  console: Console,
  shutdown: Shutdown,
  host: Host,
): Promise<ExitCode> {
  const view = new ConsoleImportView(console, { ...config, nowEpochMs: systemClock.epochMs });
  const dry = await planImport(job, { clock: systemClock, view }, shutdown);
  if (dry === undefined) return await stoppedEarly(console, shutdown, config, host);
  const { plan, planFile } = dry;
  const exitCode = exitCodeForPlan(plan.outcomes);
  console.info(`Nothing was sent. The plan, row by row: ${planFile}`);
  if (config.json) {
    const { rows, send: toSend, outcomes, notes } = plan;
    await print(host, {
      dryRun: true,
      exitCode,
      rows,
      recordsWithoutAlias: notes.withoutAliasCount,
      ignoredAddresses: notes.ignoredAddressCount,
      toSend,
      outcomes,
      files: { plan: planFile },
    });
  }
  return exitCode;
}

/** Everything that {@link send} needs besides the account. */
interface Sending {
  readonly job: ImportJob;
  readonly config: ImportConfig;
  readonly console: Console;
  readonly shutdown: Shutdown;
  readonly host: Host;
  readonly onSummary: (summary: Summary) => void;
}

async function send(sending: Sending, account: Account): Promise<ExitCode> {
  const { job, config, console, shutdown, host } = sending;
  const client = createMimecastClient(clientSettings(config, account, host), {
    clock: systemClock,
    randomUuid: randomUUID,
  });
  try {
    const view = new ConsoleImportView(console, { ...config, nowEpochMs: systemClock.epochMs });
    const parts = { clock: systemClock, random: Math.random, view, client };
    const finished = await runImport(sendingJob(job, config, account), parts, shutdown);
    if (finished === undefined) return await stoppedEarly(console, shutdown, config, host);
    const { summary } = finished;
    sending.onSummary(summary);
    const exitCode = summary.exitCode ?? EXIT.fault;
    const inputs = job.inputs.map((input) => (input.kind === "file" ? input.path : "-"));
    const words = ["mimecast-bulk", ...rerunArguments(host.argv, config.resendBeforeEpochMs)];
    const typed = { words, inputs, platform: host.platform };
    printEnd(console, exitCode, summaryLines(finished, typed));
    if (config.json) await print(host, summary);
    return exitCode;
  } finally {
    client.close();
  }
}
