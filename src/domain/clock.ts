/** The time source of the engine. An argument, so that tests control it. */
export interface Clock {
  /** Returns monotonic milliseconds, for durations. Setting the wall clock does not change it. */
  nowMs(): number;
  /** Returns the wall clock's milliseconds since the epoch, for time stamps and deadlines. */
  epochMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects: check the signal for the cause. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
