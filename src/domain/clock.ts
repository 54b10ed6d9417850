/** Time as the engine sees it; handed in, so that tests own it. */
export interface Clock {
  /** Monotonic milliseconds, for durations. Does not jump when the wall clock is set. */
  nowMs(): number;
  /** Milliseconds since the epoch by the wall clock, for time stamps and deadlines. */
  epochMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (never rejects: ask the signal why it ended). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
