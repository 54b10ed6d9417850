/** Limits of a row's attempts and of the backoff between them. */
export interface RetryPolicy {
  /** Maximum attempts of one row, the first included. */
  readonly maxAttempts: number;
  /** Upper bound of the backoff after the first attempt; doubles with each further attempt. */
  readonly baseMs: number;
  /** Upper bound of the backoff after any attempt. */
  readonly ceilingMs: number;
}

/** With six attempts: up to 15.5 s in all, 8 s on average. */
export const DEFAULT_RETRY = { baseMs: 500, ceilingMs: 30_000 } as const;

/**
 * Returns an exponential backoff with full jitter: uniform between 0 and the span, so that rows which failed together
 * are not retried together.
 *
 * @param attempt the attempt that failed, from 1
 * @param random uniform in [0, 1)
 * @param floorMs the wait that the server asked for; the result is never shorter
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number, floorMs = 0): number {
  const spanMs = Math.min(policy.ceilingMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.max(floorMs, random * spanMs);
}
