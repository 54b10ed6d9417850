import { randomUUID } from "node:crypto";
import type { Account } from "../config/credentials.ts";
import { readVerifyConfig, type VerifyConfig, type VerifyFlags } from "../config/verify-config.ts";
import { EXIT, type ExitCode, exitOfFound, exitOfRun } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { skipDomain } from "../domain/skip-domain.ts";
import { DEFAULT_RETRY } from "../engine/backoff.ts";
import { DEFAULT_BREAKER } from "../engine/circuit-breaker.ts";
import { Stop } from "../engine/shutdown.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import { runVerify } from "../verify-aliases/run-verify.ts";
import type { Verified, VerifyJob } from "../verify-aliases/verify-job.ts";
import { createTalk, type Talk } from "./console.ts";
import type { Program } from "./host.ts";
import { inputsOf, refuseSwallowedFiles } from "./import-settings.ts";
import { clientSettings, reporting, stopOnSignal } from "./run-command.ts";
import { rehearsedAliases, withAccount } from "./simulated-account.ts";
import { print } from "./stdout.ts";
import { realClock } from "./system-clock.ts";
import { TalkingVerifyView, verifyLines } from "./verify-view.ts";

/** A page leads to the next one, and domains are read one after the other. */
const CALLS_IN_FLIGHT = 1;

/** `mimecast-bulk verify FILE…`. Throws a RunError for what its user can mend. */
export async function verifyCommand(
  files: readonly string[],
  flags: VerifyFlags,
  program: Program,
): Promise<ExitCode> {
  refuseSwallowedFiles(files, { "--skip-domain": flags.skipDomain });
  const config = readVerifyConfig(flags, program);
  const { quiet, verbose, noColor } = config;
  const talk = await createTalk({ quiet, verbose, color: !noColor }, program);
  const stop = new Stop();
  program.onSignal((signal) => stopOnSignal(signal, stop, talk));
  if (files.includes("-")) talk.say("Waiting for standard input");
  return await reporting(
    talk,
    config,
    program,
    async () =>
      await withAccount(
        config.account,
        (account) => verify(files, config, account, talk, stop, program),
        () => rehearsedAliases(config.outDir, realClock.epochMs()),
      ),
  );
}

async function verify(
  files: readonly string[],
  config: VerifyConfig,
  account: Account,
  talk: Talk,
  stop: Stop,
  program: Program,
): Promise<ExitCode> {
  const directory = createMimecastClient(
    clientSettings({ ...config, concurrency: CALLS_IN_FLIGHT }, account, program),
    { clock: realClock, randomUuid: randomUUID },
  );
  try {
    const view = new TalkingVerifyView(talk);
    const parts = { clock: realClock, random: Math.random, directory, view };
    const verified = await runVerify(jobOf(files, config, program), parts, stop);
    if (verified === undefined) return await stopped(talk, stop, config, program);
    const exitCode = exitOfFound(verified.found);
    const { host } = new URL(account.baseUrl);
    const asked = `${account.loopback ? "the simulated Mimecast" : "Mimecast"} (${host})`;
    for (const line of verifyLines(verified, asked)) talk.say(line);
    if (config.json) await print(program, resultOf(verified, exitCode, account));
    return exitCode;
  } finally {
    directory.close();
  }
}

function jobOf(files: readonly string[], config: VerifyConfig, program: Program): VerifyJob {
  const { columns, delimiter, encoding, header, headerLine, skipDomain: skipDomains } = config.reading;
  return {
    inputs: inputsOf(files, program),
    reading: { columns, delimiter, encoding, noHeader: !header, headerLine },
    skip: skipDomain(skipDomains),
    folder: config.outDir,
    calls: {
      concurrency: CALLS_IN_FLIGHT,
      quota: { reservePercent: config.quotaReservePercent, maxRatePerSecond: config.maxRatePerSecond },
      breaker: DEFAULT_BREAKER,
      retry: { ...DEFAULT_RETRY, maxAttempts: config.maxAttempts },
    },
  };
}

async function stopped(talk: Talk, stop: Stop, config: VerifyConfig, program: Program): Promise<ExitCode> {
  const exitCode = exitOfRun(stop.reasons, NO_OUTCOMES);
  const isFailure = exitCode === EXIT.refused || exitCode === EXIT.unreachable;
  const message = "verify.csv is not written, and nothing is left behind";
  const lines = [...stop.reasons.map((reason) => `Stopped: ${reason.message}`), message];
  talk.bar?.end();
  for (const line of lines) {
    if (isFailure) talk.alarm(line);
    else talk.say(line);
  }
  if (config.json) await print(program, { state: "stopped", exitCode, stops: stop.reasons, message });
  return exitCode;
}

/** What `--json` prints; names are kept from version to version. */
function resultOf(verified: Verified, exitCode: ExitCode, account: Account): unknown {
  const {
    calls,
    endedAtEpochMs,
    file,
    found,
    invalid,
    notInternal,
    rows,
    run,
    severalPrimaries,
    skipped,
    unsaid,
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
    severalPrimaries,
    unsaid,
    notInternal,
    calls,
    files: { verify: file },
  };
}
