/** How many calls are allowed in each window, which begins with its first call. */
export interface Quota {
  readonly calls: number;
  readonly windowMs: number;
}

/** What the quota said to one call. */
export interface QuotaDecision {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Whole milliseconds until the quota is back, rounded up: a client that waits so long is let in. */
  readonly resetMs: number;
}

/**
 * The quota of one account. A window begins with the first call after the last window's end, and is as long
 * as the quota says; each call that is let in takes one of it, whatever becomes of the call later.
 */
export class QuotaWindow {
  readonly #quota: Quota;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #usedCount = 0;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /** Takes one call out of the quota, if there is one left. `nowMs`: monotonic, when the request arrived. */
  take(nowMs: number): QuotaDecision {
    const { calls, windowMs } = this.#quota;
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + windowMs;
      this.#usedCount = 0;
    }
    const allowed = this.#usedCount < calls;
    if (allowed) this.#usedCount += 1;
    return {
      allowed,
      limit: calls,
      remaining: calls - this.#usedCount,
      resetMs: Math.ceil(this.#endsAtMs - nowMs),
    };
  }
}
