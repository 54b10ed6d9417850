/** How long a row waits before it is tried again, and how often it is. */
export interface RetryPolicy {
  /** Attempts for one row, the first included. */
  readonly maxAttempts: number;
  /** The longest wait after the first attempt; it doubles with each further one. */
  readonly baseMs: number;
  /** No wait is drawn from a longer span than this. */
  readonly ceilingMs: number;
}

/** With six attempts: up to 15.5 s in all, 8 s on average. */
export const DEFAULT_RETRY = { baseMs: 500, ceilingMs: 30_000 } as const;

/**
 * Exponential backoff with full jitter: anything between nothing and the span is equally likely, so that rows
 * which failed together do not come back together.
 *
 * @param attempt the attempt that failed, from 1
 * @param random uniform in [0, 1)
 * @param floorMs what the server asked for; never undercut
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number, floorMs = 0): number {
  const spanMs = Math.min(policy.ceilingMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.max(floorMs, random * spanMs);
}
