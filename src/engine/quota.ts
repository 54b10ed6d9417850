import type { RateLimitHeaders } from "../domain/response.ts";

export interface QuotaRules {
  /** Percent of the API quota left for the account's other integrations, 0 to 99. */
  readonly reservePercent: number;
  /** Maximum calls of this run in any one second. */
  readonly maxRatePerSecond?: number | undefined;
}

/** The current window, as the responses report it. */
export interface QuotaSnapshot {
  readonly limit: number;
  readonly windowMs: number;
  /** Calls that this run may still make in the window. */
  readonly left: number;
  /** Calls that this run may make in a window: the limit minus the reserve and the recent use by other clients. */
  readonly perWindow: number;
}

/** Tolerance for differences between clocks and between network latencies. */
const MARGIN_MS = 5;
/** Resets beyond this are ignored: they are Unix timestamps or garbage. */
const MAX_RESET_MS = 24 * 60 * 60 * 1000;
/** EWMA weight of the last window in the estimate of what other clients use. */
const EWMA_WEIGHT = 0.3;
/** Limits above this are ignored: they are not a limit. */
const MAX_LIMIT = 1e9;
const SECOND_MS = 1000;

/**
 * Keeps all calls of a run within the account's quota minus the reserve. Pure: time is an argument.
 *
 * It counts the calls that it allows in the current window. The response headers give the limit, the end of the window
 * and the use by the account's other integrations. It does not use `Remaining` directly: that number does not include
 * the calls in flight, and to count those twice would stall the end of every window.
 *
 * The server's window begins with the first call that arrives after the end of the last one. Its end lies between
 * send time + Reset and arrival time + Reset. The governor uses the latest send time + Reset, because a call sent then
 * arrives later by its network latency. Responses arrive late and in any order: the end that a response reports
 * determines its window.
 */
export class QuotaGovernor {
  readonly #rules: QuotaRules;
  /** With `--max-rate N`: send times of the last N calls, a ring buffer whose oldest entry is at {@link #oldest}. */
  readonly #recentMs: number[] = [];
  #oldest = 0;
  #limit: number | undefined;
  #windowMs = 0;
  #endMs: number | undefined;
  #earliestEndMs = Number.POSITIVE_INFINITY;
  #answers = 0;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #sent = 0;
  #otherUse = 0;
  #averageOtherUse = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  /** Tries to get a permit for one call. Returns 0 and counts the call as sent, or the milliseconds to wait before retrying. */
  tryAcquire(nowMs: number): number {
    const waitMs = Math.max(this.#pausedUntilMs - nowMs, this.#windowWaitMs(nowMs), this.#rateWaitMs(nowMs));
    if (waitMs > 0) return waitMs;
    this.#sent += 1;
    this.#lastSentMs = nowMs;
    if (this.#rules.maxRatePerSecond !== undefined) {
      this.#recentMs[this.#oldest] = nowMs;
      this.#oldest = (this.#oldest + 1) % this.#rules.maxRatePerSecond;
    }
    return 0;
  }

  /** Evaluates the headers of one response. Ignores impossible values. */
  update(headers: RateLimitHeaders, sentAtMs: number): void {
    const { limit, remaining, resetMs } = headers;
    if (!isWithin(limit, 1, MAX_LIMIT)) return;
    this.#limit = Math.floor(limit);
    if (!isWithin(resetMs, 0, MAX_RESET_MS)) return;
    this.#windowMs = Math.max(this.#windowMs, resetMs);
    const endMs = sentAtMs + resetMs + MARGIN_MS;
    // Windows end at least their own length apart: ends closer than half of it are one, seen over different latencies.
    const halfMs = this.#windowMs / 2;
    if (endMs < this.#lastEndMs + halfMs) {
      // The previous window ends later than estimated. What remains in it is not evidence about this one.
      this.pauseUntil(endMs);
      return;
    }
    // A new window has begun with this call, and no permit was requested since the end of the last one.
    if (this.#endMs !== undefined && endMs > this.#endMs + halfMs) this.#beginWindow(this.#endMs);
    this.#endMs = Math.max(this.#endMs ?? endMs, endMs);
    this.#earliestEndMs = Math.min(this.#earliestEndMs, endMs);
    this.#answers += 1;
    if (isWithin(remaining, 0, limit)) {
      this.#otherUse = Math.max(this.#otherUse, this.#limit - remaining - this.#sent);
    }
  }

  /** Allows no call before `untilMs`. For a 429. */
  pauseUntil(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Returns the state of the quota; undefined until a response reports one. */
  snapshot(nowMs: number): QuotaSnapshot | undefined {
    if (this.#limit === undefined || this.#windowMs === 0) return undefined;
    const budget = this.#budget(this.#limit);
    const isOver = nowMs >= (this.#safeEndMs() ?? Number.POSITIVE_INFINITY);
    const left = isOver ? budget : Math.max(0, budget - this.#otherUse - this.#sent);
    const perWindow = Math.max(1, budget - Math.round(this.#averageOtherUse));
    return { limit: this.#limit, windowMs: this.#windowMs, left, perWindow };
  }

  #windowWaitMs(nowMs: number): number {
    const knownEndMs = this.#safeEndMs();
    if (knownEndMs !== undefined && nowMs >= knownEndMs) this.#beginWindow(knownEndMs);
    if (this.#limit === undefined || this.#sent < this.#budget(this.#limit) - this.#otherUse) return 0;
    // Until a response of this window arrives, its end is not known, but it is not later than this.
    const endMs = this.#safeEndMs() ?? this.#lastSentMs + this.#windowMs + MARGIN_MS;
    if (nowMs < endMs) return endMs - nowMs;
    this.#beginWindow(endMs);
    return 0;
  }

  /**
   * Returns the end of the window plus a safety margin. The first responses may all have been slow, so the next request
   * could arrive before the window ends. Their spread bounds that error, and it shrinks as responses arrive.
   */
  #safeEndMs(): number | undefined {
    if (this.#endMs === undefined) return undefined;
    const marginMs = (2 * (this.#endMs - this.#earliestEndMs)) / this.#answers;
    return this.#endMs + Math.min(marginMs, this.#windowMs / 20);
  }

  #beginWindow(lastEndMs: number): void {
    // Without a response, a window is not evidence of other clients' use.
    if (this.#answers > 0) this.#averageOtherUse += (this.#otherUse - this.#averageOtherUse) * EWMA_WEIGHT;
    this.#lastEndMs = lastEndMs;
    this.#endMs = undefined;
    this.#earliestEndMs = Number.POSITIVE_INFINITY;
    this.#answers = 0;
    this.#sent = 0;
    this.#otherUse = 0;
  }

  /** Returns the limit minus the reserve; at least 1, because otherwise no call would ever be sent. */
  #budget(limit: number): number {
    return Math.max(1, Math.floor((limit * (100 - this.#rules.reservePercent)) / 100));
  }

  #rateWaitMs(nowMs: number): number {
    const oldestMs = this.#recentMs[this.#oldest];
    return oldestMs === undefined ? 0 : oldestMs + SECOND_MS - nowMs;
  }
}

function isWithin(value: number | undefined, min: number, max: number): value is number {
  return value !== undefined && value >= min && value <= max;
}
