import { randomUUID } from "node:crypto";
import type { Account } from "../config/credentials.ts";
import { type ImportConfig, type ImportFlags, readImportConfig } from "../config/import-config.ts";
import { EXIT, type ExitCode, exitOfPlan, exitOfRun } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { Stop } from "../engine/shutdown.ts";
import type { ImportJob } from "../import-aliases/import-job.ts";
import { planImport } from "../import-aliases/plan-import.ts";
import { runImport } from "../import-aliases/run-import.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import type { Summary } from "../report/summary.ts";
import { createTalk, type Talk } from "./console.ts";
import type { Program } from "./host.ts";
import { jobOf, refuseSwallowedFiles, sendingJob } from "./import-settings.ts";
import { TalkingView } from "./import-view.ts";
import { withMetrics } from "./metrics-file.ts";
import { repeatableWords } from "./next-command.ts";
import { refuseTooFewFiles } from "./open-files.ts";
import { clientSettings, reporting, stopOnSignal } from "./run-command.ts";
import { withAccount } from "./simulated-account.ts";
import { print } from "./stdout.ts";
import { endLines } from "./summary-text.ts";
import { realClock } from "./system-clock.ts";

/** `mimecast-bulk import FILE…`. Throws a RunError for what its user can mend. */
export async function importCommand(
  files: readonly string[],
  flags: ImportFlags,
  program: Program,
): Promise<ExitCode> {
  return await withMetrics(flags, program, (tell) => importFiles(files, flags, program, tell));
}

async function importFiles(
  files: readonly string[],
  flags: ImportFlags,
  program: Program,
  tell: (summary: Summary) => void,
): Promise<ExitCode> {
  refuseSwallowedFiles(files, {
    "--skip-domain": flags.skipDomain,
    "--in-place-code": flags.inPlaceCode,
    "--allow": flags.allow,
  });
  const config = readImportConfig(flags, { ...program, nowEpochMs: realClock.epochMs() });
  // The simulator's ends of the connections are in this process too.
  if (!config.dryRun) refuseTooFewFiles(config.concurrency * (config.simulate ? 2 : 1));
  const { quiet, verbose, noColor } = config;
  const talk = await createTalk({ quiet, verbose, color: !noColor }, program);
  const job = jobOf(files, config, program);
  const stop = new Stop();
  program.onSignal((signal) => stopOnSignal(signal, stop, talk));
  if (files.includes("-")) talk.say("Waiting for standard input");
  if (config.rowsPerRequest > DOCUMENTED_ROWS_PER_REQUEST) talk.log.warn(tooManyRows(config.rowsPerRequest));
  talk.log.debug({ files }, "Opening the input");
  return await reporting(talk, config, program, async () => {
    if (config.dryRun) return await dryRun(job, config, talk, stop, program);
    const sending = { job, config, talk, stop, program, tell };
    // readImportConfig refuses settings without an account unless they are for the simulator.
    return await withAccount(config.account, (account) => send(sending, account));
  });
}

/** Graded P: the most items that a call may hold. */
const DOCUMENTED_ROWS_PER_REQUEST = 5;

function tooManyRows(rowsPerRequest: number): string {
  return `--rows-per-request ${rowsPerRequest} is above ${DOCUMENTED_ROWS_PER_REQUEST}, the documented limit of items in one call. What Mimecast does with more is not known: use 5, or try it with --limit first`;
}

async function stoppedEarly(
  talk: Talk,
  stop: Stop,
  config: ImportConfig,
  program: Program,
): Promise<ExitCode> {
  const why = stop.reasons.map((reason) => reason.message).join("; ");
  const message = `Stopped before anything was sent (${why}); nothing is left behind`;
  const exitCode = exitOfRun(stop.reasons, NO_OUTCOMES);
  talk.bar?.end();
  talk.say(message);
  if (config.json) await print(program, { state: "stopped", exitCode, stops: stop.reasons, message });
  return exitCode;
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
  if (dry === undefined) return await stoppedEarly(talk, stop, config, program);
  const { plan, planFile } = dry;
  const exitCode = exitOfPlan(plan.outcomes);
  talk.say(`Nothing was sent. The plan, row by row: ${planFile}`);
  if (config.json) {
    const { rows, send: rowsToSend, outcomes, notes } = plan;
    await print(program, {
      dryRun: true,
      exitCode,
      rows,
      withoutAlias: notes.withoutAliasCount,
      otherAddresses: notes.otherAddressCount,
      send: rowsToSend,
      outcomes,
      files: { plan: planFile },
    });
  }
  return exitCode;
}

interface Sending {
  readonly job: ImportJob;
  readonly config: ImportConfig;
  readonly talk: Talk;
  readonly stop: Stop;
  readonly program: Program;
  readonly tell: (summary: Summary) => void;
}

async function send(sending: Sending, account: Account): Promise<ExitCode> {
  const { job, config, talk, stop, program } = sending;
  const client = createMimecastClient(clientSettings(config, account, program), {
    clock: realClock,
    randomUuid: randomUUID,
  });
  try {
    const view = new TalkingView(talk, { ...config, nowEpochMs: realClock.epochMs });
    const parts = { clock: realClock, random: Math.random, view, client };
    const finished = await runImport(sendingJob(job, config, account), parts, stop);
    if (finished === undefined) return await stoppedEarly(talk, stop, config, program);
    const { summary } = finished;
    sending.tell(summary);
    const exitCode = summary.exitCode ?? EXIT.fault;
    const inputs = job.inputs.map((input) => (input.kind === "file" ? input.path : "-"));
    const words = ["mimecast-bulk", ...repeatableWords(program.words, config.resendBeforeEpochMs)];
    const typed = { words, inputs, platform: program.platform };
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
