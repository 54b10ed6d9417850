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

/** The final result of a read-only call, and this machine's time at that moment. */
export interface Probe<T> {
  readonly exchange: ReadExchange<T>;
  readonly arrivedEpochMs: number;
}

/** Rides out a glitch but reports an outage instead of waiting for its end, because a person is watching. */
const RULES = {
  concurrency: 1,
  quota: { reservePercent: 0 },
  retry: { ...DEFAULT_RETRY, maxAttempts: 3 },
  // A second call would be denied like the first one.
  breaker: { ...DEFAULT_BREAKER, giveUpAtStartAfterMs: 5_000, deniedAtStart: 1 },
} as const;
/** Time limit of a probe, even if the server announces a longer wait. */
const PATIENCE_MS = 60_000;

/**
 * Makes a call with the retries of all other commands, but a shorter time limit. Each probe has its own reader, so that
 * one result does not affect the next.
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
    // The last exchange holds the cause, in more detail.
    if (!(error instanceof StoppedError)) throw error;
  } finally {
    over.abort();
    await patience;
  }
  if (last === undefined) throw new Error("a call was aborted before it was made");
  return last;
}
