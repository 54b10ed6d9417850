import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Account } from "../config/account.ts";
import type { ImportFlags } from "../config/import-flags.ts";
import { Secret } from "../config/secret.ts";
import { type ImportConfig, readImportConfig } from "../config.ts";
import type { InputSource } from "../csv/input-bytes.ts";
import { EXIT, type ExitCode, exitOfError, exitOfPlan, exitOfRun } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { RunError } from "../domain/run-error.ts";
import { skipDomain } from "../domain/skip-domain.ts";
import type { StopSignal } from "../domain/stop-reason.ts";
import { DEFAULT_BREAKER } from "../engine/breaker.ts";
import { DEFAULT_RETRY } from "../engine/retry.ts";
import { Stop } from "../engine/stop.ts";
import type { ImportJob, SendingJob } from "../import-aliases/import-job.ts";
import { planImport } from "../import-aliases/plan-import.ts";
import { runImport } from "../import-aliases/run-import.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import { environmentProxy } from "../mimecast/proxy.ts";
import { SIMULATOR_SETTINGS } from "../simulator/settings.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { revealed, secretsOf } from "./credentials.ts";
import { endLines } from "./end-lines.ts";
import { TalkingView } from "./import-view.ts";
import { type Program, toolVersion } from "./program.ts";
import { realClock } from "./real-clock.ts";
import { createTalk, type Talk } from "./talk.ts";

/** `mimecast-bulk import FILE…`. Throws a RunError for what its user can mend. */
export async function importCommand(
  files: readonly string[],
  flags: ImportFlags,
  program: Program,
): Promise<ExitCode> {
  const config = readImportConfig(flags, { ...program, nowEpochMs: realClock.epochMs() });
  const talk = await createTalk({
    quiet: config.quiet,
    verbose: config.verbose,
    color: !config.noColor,
    stream: program.stderr,
    secrets: config.account === undefined ? [] : secretsOf(config.account.credentials),
  });
  const job = jobOf(files, config, program);
  const stop = new Stop();
  program.onSignal((signal) => stopOnSignal(signal, stop, talk));
  if (files.includes("-")) talk.say("Waiting for standard input");
  return await reporting(talk, async () => {
    if (config.dryRun) return await dryRun(job, config, talk, stop, program);
    if (config.account !== undefined) return await send(job, config, config.account, talk, stop, program);
    // readImportConfig refuses settings without an account unless they are for the simulator.
    const { startSimulator } = await import("../simulator/simulator.ts");
    const simulator = await startSimulator();
    try {
      return await send(job, config, simulatedAccount(simulator), talk, stop, program);
    } finally {
      await simulator.close();
    }
  });
}

function stopOnSignal(signal: StopSignal, stop: Stop, talk: Talk): void {
  const isSecond = stop.reasons.some((reason) => reason.kind === "signal");
  if (isSecond) {
    stop.abandon();
    talk.say(`${signal} again: the calls in flight are given up`);
    return;
  }
  stop.stop({ kind: "signal", signal, message: `by ${signal}` });
  talk.say(`${signal}: finishing the calls in flight; once more gives them up`);
}

/** A run that fails as a whole says so where it has been talking, and in the log where there is one. */
async function reporting(talk: Talk, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    talk.bar?.end();
    if (!(error instanceof RunError)) throw error;
    talk.alarm(error.message);
    return exitOfError(error.kind);
  }
}

function stoppedEarly(talk: Talk, stop: Stop): ExitCode {
  talk.bar?.end();
  talk.say("Stopped before anything was sent; nothing is left behind");
  return exitOfRun(stop.reasons, NO_OUTCOMES);
}

async function dryRun(
  job: ImportJob,
  config: ImportConfig,
  talk: Talk,
  stop: Stop,
  program: Program,
): Promise<ExitCode> {
  const view = new TalkingView(talk, { ...config, nowEpochMs: realClock.epochMs });
  const dry = await planImport(job, { clock: realClock, view }, stop);
  if (dry === undefined) return stoppedEarly(talk, stop);
  const { plan, planFile } = dry;
  const exitCode = exitOfPlan(plan.outcomes);
  talk.say(`Nothing was sent. The plan, row by row: ${planFile}`);
  if (config.json) {
    const { rows, send: rowsToSend, outcomes } = plan;
    await print(program, {
      dryRun: true,
      exitCode,
      rows,
      send: rowsToSend,
      outcomes,
      files: { plan: planFile },
    });
  }
  return exitCode;
}

async function send(
  job: ImportJob,
  config: ImportConfig,
  account: Account,
  talk: Talk,
  stop: Stop,
  program: Program,
): Promise<ExitCode> {
  // From a .env file too: the proxy library looks into the environment itself.
  program.provideEnv("HTTPS_PROXY", config.network.httpsProxy?.reveal());
  program.provideEnv("NO_PROXY", config.network.noProxy);
  const client = createMimecastClient(
    {
      baseUrl: account.baseUrl,
      credentials: revealed(account.credentials),
      timeoutMs: config.timeoutMs,
      connections: config.concurrency,
      userAgent: `mimecast-bulk/${job.toolVersion}`,
      proxyFor: environmentProxy(program.env),
      extraCa: extraCa(config, program),
    },
    { clock: realClock, randomUuid: randomUUID },
  );
  try {
    const view = new TalkingView(talk, { ...config, nowEpochMs: realClock.epochMs });
    const parts = { clock: realClock, random: Math.random, view, client };
    const finished = await runImport(sendingJob(job, config, account), parts, stop);
    if (finished === undefined) return stoppedEarly(talk, stop);
    const { summary } = finished;
    const exitCode = summary.exitCode ?? EXIT.fault;
    const inputs = job.inputs.map((input) => (input.kind === "file" ? input.path : "-"));
    const typed = { words: ["mimecast-bulk", ...program.words], inputs, platform: program.platform };
    for (const line of endLines(finished, typed)) {
      if (FAILED_AS_A_WHOLE.has(exitCode)) talk.alarm(line);
      else talk.say(line);
    }
    if (config.json) await print(program, summary);
    return exitCode;
  } finally {
    client.close();
  }
}

/** Ends that someone must hear of even with `--quiet`: the run did not do what it was started for. */
const FAILED_AS_A_WHOLE: ReadonlySet<ExitCode> = new Set([EXIT.refused, EXIT.unreachable, EXIT.maxFailures]);

function jobOf(files: readonly string[], config: ImportConfig, program: Program): ImportJob {
  return {
    inputs: files.map((path): InputSource => {
      return path === "-" ? { kind: "stdin", stream: program.stdin } : { kind: "file", path };
    }),
    reading: { delimiter: config.delimiter, noHeader: config.noHeader, columns: config.columns },
    skip: skipDomain(config.skipDomains),
    planning: {
      allowMove: config.allow.has("move"),
      allowChain: config.allow.has("chain"),
      resendBeforeEpochMs: config.resendBeforeEpochMs,
    },
    folder: config.outDir,
    toolVersion: toolVersion(),
  };
}

function sendingJob(job: ImportJob, config: ImportConfig, account: Account): SendingJob {
  return {
    ...job,
    account: { tenant: account.tenant, loopback: account.loopback },
    sending: {
      concurrency: config.concurrency,
      limit: config.limitRows,
      deadlineEpochMs: config.deadlineEpochMs,
      retry: { ...DEFAULT_RETRY, maxAttempts: config.maxAttempts },
      inPlaceCodes: config.inPlaceCodes,
      maxFailures: config.maxFailures,
    },
    quota: { reservePercent: config.quotaReservePercent, maxRatePerSecond: config.maxRatePerSecond },
    breaker: DEFAULT_BREAKER,
  };
}

/** Node itself trusts NODE_EXTRA_CA_CERTS only where the environment had it at the start, so not from `.env`. */
function extraCa(config: ImportConfig, program: Program): string | undefined {
  const { extraCaCertsFile: file } = config.network;
  if (file === undefined || program.env["NODE_EXTRA_CA_CERTS"] === file) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RunError("settings", `NODE_EXTRA_CA_CERTS: ${file} can't be read; name a file in PEM format`, {
      cause,
    });
  }
}

/** The one account that the embedded simulator knows. Its ledger is one of its own, whatever the port. */
function simulatedAccount(simulator: Simulator): Account {
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  return {
    credentials: { api: "2.0", clientId, clientSecret: new Secret(clientSecret) },
    baseUrl: simulator.url,
    tenant: "simulator",
    loopback: true,
  };
}

async function print(program: Program, result: unknown): Promise<void> {
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  await new Promise<void>((resolve) => program.stdout.write(text, () => resolve()));
}
