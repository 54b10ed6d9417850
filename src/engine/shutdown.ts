import type { StopReason } from "../domain/exit-code.ts";

/** Thrown to whoever waits to send something when nothing is sent any more. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  /** What was to be read when it came to this; undefined where that is not known. */
  readonly at: string | undefined;

  constructor(message: string, at?: string) {
    super(message);
    this.at = at;
  }
}

/**
 * One run's way to end early. `sending` aborts first: nothing new is sent, calls in flight are finished.
 * `calls` aborts when nobody wants to wait for them either.
 */
export class Shutdown {
  readonly #sendingAbort = new AbortController();
  readonly #callsAbort = new AbortController();
  readonly #given: StopReason[] = [];

  get drain(): AbortSignal {
    return this.#sendingAbort.signal;
  }

  get abort(): AbortSignal {
    return this.#callsAbort.signal;
  }

  /** In the order in which they came; empty while the run goes on. */
  get reasons(): readonly StopReason[] {
    return this.#given;
  }

  drainNow(reason: StopReason): void {
    this.#given.push(reason);
    this.#sendingAbort.abort();
  }

  /** Gives up the calls in flight as well. Their rows end as unknown. */
  abortNow(): void {
    this.#sendingAbort.abort();
    this.#callsAbort.abort();
  }

  /** `work`, or a StoppedError as soon as nothing is sent any more: for what may never end by itself. */
  async untilDrained<T>(work: Promise<T>): Promise<T> {
    const { drain: sending } = this;
    return await new Promise<T>((resolve, reject) => {
      const end = () => reject(new StoppedError("it is waited for no more"));
      if (sending.aborted) end();
      else sending.addEventListener("abort", end, { once: true });
      const forget = () => sending.removeEventListener("abort", end);
      work.finally(forget).then(resolve, reject);
    });
  }

  throwIfStopped(): void {
    if (this.drain.aborted) throw new StoppedError("nothing is sent any more");
  }
}

/** Undefined where the run ended before the work was done. */
export async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}
