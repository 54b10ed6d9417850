import { randomUUID } from "node:crypto";
import type { Account } from "../config/credentials.ts";
import { readVerifyConfig, type VerifyConfig, type VerifyFlags } from "../config/verify-config.ts";
import { type ExitCode, exitCodeForRun, exitCodeForVerify } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { domainFilter } from "../domain/skip-domain.ts";
import { DEFAULT_RETRY } from "../engine/backoff.ts";
import { DEFAULT_BREAKER } from "../engine/circuit-breaker.ts";
import { Shutdown } from "../engine/shutdown.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import { runVerify } from "../verify-aliases/run-verify.ts";
import type { Verified, VerifyJob } from "../verify-aliases/verify-job.ts";
import { type Console, createConsole } from "./console.ts";
import type { Host } from "./host.ts";
import { checkVariadicOptions, inputsOf } from "./import-settings.ts";
import { clientSettings, printEnd, stopOnSignal, withErrorReport } from "./run-command.ts";
import { aliasesOfSimulatedRuns, withAccount } from "./simulated-account.ts";
import { print } from "./stdout.ts";
import { systemClock } from "./system-clock.ts";
import { ConsoleVerifyView, verifyLines } from "./verify-view.ts";

/** One: a page contains the token of the next page, and domains are read one after the other. */
const CALLS_IN_FLIGHT = 1;

/** Runs `mimecast-bulk verify FILE…`. Throws a RunError for an error that the user can fix. */
export async function verifyCommand(
  files: readonly string[],
  flags: VerifyFlags,
  host: Host,
): Promise<ExitCode> {
  checkVariadicOptions(files, { "--skip-domain": flags.skipDomain });
  const config = readVerifyConfig(flags, host);
  const { quiet, verbose, noColor } = config;
  const console = await createConsole({ quiet, verbose, color: !noColor }, host);
  const shutdown = new Shutdown();
  host.onSignal((signal) => stopOnSignal(signal, shutdown, console));
  if (files.includes("-")) console.info("Waiting for standard input");
  return await withErrorReport(
    console,
    config,
    host,
    async () =>
      await withAccount(
        config.account,
        (account) => verify(files, config, account, console, shutdown, host),
        () => aliasesOfSimulatedRuns(config.outDir, systemClock.epochMs()),
      ),
  );
}

async function verify(
  files: readonly string[],
  config: VerifyConfig,
  account: Account,
  console: Console,
  shutdown: Shutdown,
  host: Host,
): Promise<ExitCode> {
  const directory = createMimecastClient(
    clientSettings({ ...config, concurrency: CALLS_IN_FLIGHT }, account, host),
    { clock: systemClock, randomUuid: randomUUID },
  );
  try {
    const view = new ConsoleVerifyView(console);
    const parts = { clock: systemClock, random: Math.random, directory, view };
    const verified = await runVerify(jobOf(files, config, host), parts, shutdown);
    if (verified === undefined) return await stopped(console, shutdown, config, host);
    const exitCode = exitCodeForVerify(verified.found);
    const mimecastHost = new URL(account.baseUrl).host;
    const source = `${account.loopback ? "the simulated Mimecast" : "Mimecast"} (${mimecastHost})`;
    for (const line of verifyLines(verified, source)) console.info(line);
    if (config.json) await print(host, resultOf(verified, exitCode, account));
    return exitCode;
  } finally {
    directory.close();
  }
}

function jobOf(files: readonly string[], config: VerifyConfig, host: Host): VerifyJob {
  const { columns, delimiter, encoding, header, headerLine, skipDomain: skipDomains } = config.reading;
  return {
    inputs: inputsOf(files, host),
    reading: { columns, delimiter, encoding, noHeader: !header, headerLine },
    skip: domainFilter(skipDomains),
    folder: config.outDir,
    calls: {
      concurrency: CALLS_IN_FLIGHT,
      quota: { reservePercent: config.quotaReservePercent, maxRatePerSecond: config.maxRatePerSecond },
      breaker: DEFAULT_BREAKER,
      retry: { ...DEFAULT_RETRY, maxAttempts: config.maxAttempts },
    },
  };
}

async function stopped(
  console: Console,
  shutdown: Shutdown,
  config: VerifyConfig,
  host: Host,
): Promise<ExitCode> {
  const exitCode = exitCodeForRun(shutdown.reasons, NO_OUTCOMES);
  const message = "verify.csv is not written, and nothing is left behind";
  const lines = [...shutdown.reasons.map((reason) => `Stopped: ${reason.message}`), message];
  printEnd(console, exitCode, lines);
  if (config.json) await print(host, { state: "stopped", exitCode, stops: shutdown.reasons, message });
  return exitCode;
}

/** Returns the result that `--json` prints. Keep the names: scripts rely on them. */
function resultOf(verified: Verified, exitCode: ExitCode, account: Account): unknown {
  const {
    calls,
    endedAtEpochMs,
    file,
    found,
    invalid,
    externalDomains,
    rows,
    run,
    ambiguousAliases,
    skipped,
    unmarkedAliases,
  } = verified;
  return {
    state: "finished",
    exitCode,
    run,
    tenant: account.tenant,
    baseUrl: account.baseUrl,
    startedAt: new Date(verified.startedAtEpochMs).toISOString(),
    endedAt: new Date(endedAtEpochMs).toISOString(),
    rows,
    found,
    invalid,
    skipped,
    ambiguousAliases,
    unmarkedAliases,
    externalDomains,
    calls,
    files: { verify: file },
  };
}
