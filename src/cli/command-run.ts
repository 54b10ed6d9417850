import { randomUUID } from "node:crypto";
import type { Reach } from "../config/command-config.ts";
import { type ExitCode, exitOfError, exitOfRun } from "../domain/exit-code.ts";
import { NO_OUTCOMES } from "../domain/outcome.ts";
import { RunError } from "../domain/run-error.ts";
import { DEFAULT_BREAKER } from "../engine/breaker.ts";
import type { ReadRules } from "../engine/reads.ts";
import { DEFAULT_RETRY } from "../engine/retry.ts";
import { Stop, StoppedError } from "../engine/stop.ts";
import { createMimecastClient, type MimecastClient } from "../mimecast/client.ts";
import { clientSettings } from "./client-settings.ts";
import type { Program } from "./program.ts";
import { realClock } from "./real-clock.ts";
import { withAccount } from "./simulated-account.ts";
import { stopOnSignal } from "./stop-on-signal.ts";
import { createTalk, type Talk } from "./talk.ts";

/** What a command that reads from Mimecast works with. */
export interface CommandRun {
  readonly client: MimecastClient;
  readonly rules: ReadRules;
  readonly stop: Stop;
  readonly talk: Talk;
}

/**
 * Runs a command that only reads from Mimecast: with a client for the account, or for the embedded simulator, ended
 * in order by a signal. What ends it as a whole is said, and becomes the exit code.
 *
 * @param onlyReads what is as it was if the run ends early, for people
 */
export async function runReading(
  reach: Reach,
  concurrency: number,
  program: Program,
  onlyReads: string,
  work: (run: CommandRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { quiet, verbose, noColor } = reach;
  const talk = await createTalk({ quiet, verbose, color: !noColor }, program);
  const stop = new Stop();
  program.onSignal((signal) => stopOnSignal(signal, stop, talk));
  const rules: ReadRules = {
    concurrency,
    quota: { reservePercent: reach.quotaReservePercent, maxRatePerSecond: reach.maxRatePerSecond },
    breaker: DEFAULT_BREAKER,
    retry: { ...DEFAULT_RETRY, maxAttempts: reach.maxAttempts },
  };
  try {
    return await withAccount(reach.account, async (account) => {
      const settings = clientSettings({ ...reach, concurrency }, account, program);
      const client = createMimecastClient(settings, { clock: realClock, randomUuid: randomUUID });
      try {
        return await work({ client, rules, stop, talk });
      } finally {
        client.close();
      }
    });
  } catch (error) {
    talk.bar?.end();
    if (error instanceof RunError) {
      for (const line of `${error.message}\n${onlyReads}`.split("\n")) talk.alarm(line);
      return exitOfError(error.kind);
    }
    if (!(error instanceof StoppedError)) throw error;
    const place = error.at === undefined ? "" : `, at ${error.at}`;
    for (const { message } of stop.reasons) talk.alarm(`Stopped${place}: ${message}`);
    talk.alarm(onlyReads);
    return exitOfRun(stop.reasons, NO_OUTCOMES);
  }
}
