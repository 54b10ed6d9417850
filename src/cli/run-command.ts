import { randomUUID } from "node:crypto";
import type { ConnectionConfig, Network } from "../config/connection-config.ts";
import type { Account } from "../config/credentials.ts";
import {
  EXIT,
  type ExitCode,
  exitCodeForError,
  exitCodeForRun,
  type StopSignal,
} from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { RunError } from "../domain/run-error.ts";
import type { ReadRules } from "../engine/api-reader.ts";
import { DEFAULT_RETRY } from "../engine/backoff.ts";
import { DEFAULT_BREAKER } from "../engine/circuit-breaker.ts";
import { Shutdown, StoppedError } from "../engine/shutdown.ts";
import { createMimecastClient, type MimecastClient } from "../mimecast/client.ts";
import { proxyRule } from "../mimecast/proxy.ts";
import type { MimecastSettings } from "../mimecast/settings.ts";
import { type Console, createConsole } from "./console.ts";
import { revealed } from "./credentials.ts";
import { readExtraCa } from "./extra-ca.ts";
import { type Host, toolVersion } from "./host.ts";
import { withAccount } from "./simulated-account.ts";
import { print } from "./stdout.ts";
import { systemClock } from "./system-clock.ts";

/** Context of a command that reads from Mimecast. */
export interface CommandRun {
  readonly client: MimecastClient;
  readonly rules: ReadRules;
  readonly shutdown: Shutdown;
  readonly console: Console;
}

/**
 * Runs a command that only reads from Mimecast, with a client for the account or for the embedded simulator. The first
 * signal stops it in order. Prints an error that ends it, and returns the exit code.
 *
 * @param unchanged printed after an early end: what the command left unchanged
 */
export async function runReadCommand(
  connection: ConnectionConfig,
  concurrency: number,
  host: Host,
  unchanged: string,
  work: (run: CommandRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { quiet, verbose, noColor } = connection;
  const console = await createConsole({ quiet, verbose, color: !noColor }, host);
  const shutdown = new Shutdown();
  host.onSignal((signal) => stopOnSignal(signal, shutdown, console));
  const rules: ReadRules = {
    concurrency,
    quota: { reservePercent: connection.quotaReservePercent, maxRatePerSecond: connection.maxRatePerSecond },
    breaker: DEFAULT_BREAKER,
    retry: { ...DEFAULT_RETRY, maxAttempts: connection.maxAttempts },
  };
  try {
    return await withAccount(connection.account, async (account) => {
      const settings = clientSettings({ ...connection, concurrency }, account, host);
      const client = createMimecastClient(settings, { clock: systemClock, randomUuid: randomUUID });
      try {
        return await work({ client, rules, shutdown, console });
      } finally {
        client.close();
      }
    });
  } catch (error) {
    console.progress?.end();
    if (error instanceof RunError) {
      for (const line of `${error.message}\n${unchanged}`.split("\n")) console.error(line);
      return exitCodeForError(error.kind);
    }
    if (!(error instanceof StoppedError)) throw error;
    const place = error.at === undefined ? "" : `, at ${error.at}`;
    const reasons = shutdown.reasons.map(({ message }) => `Stopped${place}: ${message}`);
    const exitCode = exitCodeForRun(shutdown.reasons, NO_OUTCOMES);
    printEnd(console, exitCode, [...reasons, unchanged]);
    return exitCode;
  }
}

/** Ends the progress bar and prints the last lines of a run. `--quiet` hides them unless the run failed as a whole. */
export function printEnd(console: Console, exitCode: ExitCode, lines: readonly string[]): void {
  console.progress?.end();
  for (const line of lines) {
    if (FAILED_AS_A_WHOLE.has(exitCode)) console.error(line);
    else console.info(line);
  }
}

/** Exit codes of a run that did not do what it was started for. */
const FAILED_AS_A_WHOLE: ReadonlySet<ExitCode> = new Set([EXIT.refused, EXIT.unreachable, EXIT.maxFailures]);

/** Settings of a command that the client needs. */
interface ClientConfig {
  readonly network: Network;
  readonly timeoutMs: number;
  /** Maximum number of calls in flight. */
  readonly concurrency: number;
}

/** Converts settings of a command to settings of the client. Throws a RunError if they name an unusable file. */
export function clientSettings(config: ClientConfig, account: Account, host: Host): MimecastSettings {
  const { extraCaCertsFile, httpsProxy, noProxy } = config.network;
  // Node itself has already read the file that the environment names.
  const isTrusted = host.env["NODE_EXTRA_CA_CERTS"] === extraCaCertsFile;
  return {
    baseUrl: account.baseUrl,
    credentials: revealed(account.credentials),
    timeoutMs: config.timeoutMs,
    connections: config.concurrency,
    userAgent: `mimecast-bulk/${toolVersion()}`,
    proxyFor: proxyRule(httpsProxy?.reveal(), noProxy),
    extraCa:
      extraCaCertsFile === undefined || isTrusted ? undefined : readExtraCa(extraCaCertsFile, host.platform),
    redactor: host.redactor,
  };
}

/** Runs `run`. Prints a RunError on the console, and on standard output with `--json`; returns its exit code. */
export async function withErrorReport(
  console: Console,
  config: { readonly json: boolean },
  host: Host,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    console.progress?.end();
    if (!(error instanceof RunError)) throw error;
    console.error(error.message);
    const exitCode = exitCodeForError(error.kind);
    if (config.json && error.kind !== "output")
      await print(host, { state: "failed", exitCode, message: error.message });
    return exitCode;
  }
}

/** Handles a signal: the first one drains the run, the second one aborts the calls in flight. */
export function stopOnSignal(signal: StopSignal, shutdown: Shutdown, console: Console): void {
  const isSecond = shutdown.reasons.some((reason) => reason.kind === "signal");
  if (isSecond) {
    shutdown.abortNow();
    console.info(`${signal} again: abandoning the calls in flight`);
    return;
  }
  shutdown.drainNow({ kind: "signal", signal, message: `by ${signal}` });
  console.info(`${signal}: finishing the calls in flight; a second signal abandons them`);
}
