import type { Clock } from "../domain/clock.ts";
import type { ReadExchange } from "../domain/response.ts";
import { ApiReader, type ReadCall } from "../engine/api-reader.ts";
import { DEFAULT_RETRY } from "../engine/backoff.ts";
import { DEFAULT_BREAKER } from "../engine/circuit-breaker.ts";
import { Shutdown, StoppedError } from "../engine/shutdown.ts";

export interface ProbeParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
}

/** What a call that only reads came to in the end, and what this machine's clock showed then. */
export interface Probe<T> {
  readonly exchange: ReadExchange<T>;
  readonly arrivedEpochMs: number;
}

/** A passing trouble is waited for; somebody watches, and an outage is to be told and not to be sat out. */
const RULES = {
  concurrency: 1,
  quota: { reservePercent: 0 },
  retry: { ...DEFAULT_RETRY, maxAttempts: 3 },
  // A second call would be refused as the first one was.
  breaker: { ...DEFAULT_BREAKER, giveUpAtStartAfterMs: 5_000, deniedAtStart: 1 },
} as const;
/** Even where the server announces a longer wait. */
const PATIENCE_MS = 60_000;

/**
 * Makes a call as all commands make theirs, only with less patience; by itself, so that what it comes to says
 * nothing of the next one.
 */
export async function probe<T>(call: ReadCall<T>, { clock, random }: ProbeParts): Promise<Probe<T>> {
  const shutdown = new Shutdown();
  const over = new AbortController();
  const patience = clock.sleep(PATIENCE_MS, over.signal).then(() => {
    if (!over.signal.aborted) shutdown.abortNow();
  });
  const hooks = { onRetry: () => undefined, waiting: () => undefined };
  const reader = new ApiReader(RULES, { clock, random, shutdown, permission: "", hooks });
  let last: Probe<T> | undefined;
  try {
    await reader.read("", async (control) => {
      const exchange = await call(control);
      last = { exchange, arrivedEpochMs: clock.epochMs() };
      return exchange;
    });
  } catch (error) {
    // What stopped it is in the last exchange, and more exactly.
    if (!(error instanceof StoppedError)) throw error;
  } finally {
    over.abort();
    await patience;
  }
  if (last === undefined) throw new Error("a call was given up before it was made");
  return last;
}
