import type { StopReason } from "../domain/exit-code.ts";

/** Thrown to callers that wait to send once the run is draining. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  /** The name of what was being read when the run stopped; undefined if not known. */
  readonly at: string | undefined;

  constructor(message: string, at?: string) {
    super(message);
    this.at = at;
  }
}

/**
 * The graceful shutdown of one run, in two steps. {@link drain} comes first: no new call is sent, and calls in flight
 * finish. {@link abort} then cancels the calls in flight.
 */
export class Shutdown {
  readonly #drain = new AbortController();
  readonly #abort = new AbortController();
  readonly #reasons: StopReason[] = [];

  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** Reasons for the shutdown, oldest first; empty while the run goes on. */
  get reasons(): readonly StopReason[] {
    return this.#reasons;
  }

  /** Starts the shutdown: no new call is sent. */
  drainNow(reason: StopReason): void {
    this.#reasons.push(reason);
    this.#drain.abort();
  }

  /** Cancels the calls in flight too. Their rows end as unknown. */
  abortNow(): void {
    this.#drain.abort();
    this.#abort.abort();
  }

  /** Waits for `work`, but throws a StoppedError as soon as the run drains. For work that may never end on its own. */
  async untilDrained<T>(work: Promise<T>): Promise<T> {
    const { drain } = this;
    return await new Promise<T>((resolve, reject) => {
      const end = () => reject(new StoppedError("the wait was cancelled"));
      if (drain.aborted) end();
      else drain.addEventListener("abort", end, { once: true });
      const removeListener = () => drain.removeEventListener("abort", end);
      work.finally(removeListener).then(resolve, reject);
    });
  }

  throwIfStopped(): void {
    if (this.drain.aborted) throw new StoppedError("the run is stopping");
  }
}

/** Waits for `work`; returns undefined if the run stops first. */
export async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}
