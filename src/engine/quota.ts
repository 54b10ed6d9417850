import type { RateLimitHeaders } from "../domain/response.ts";

export interface QuotaRules {
  /** Percent of the API's quota that is left to the account's other integrations, 0 to 99. */
  readonly reservePercent: number;
  /** Own calls in any one second, at most. */
  readonly maxRatePerSecond?: number | undefined;
}

/** A window as the answers told of it. */
export interface QuotaSnapshot {
  readonly limit: number;
  readonly windowMs: number;
  /** Calls that this run may still make in the window. */
  readonly left: number;
  /** Calls that it may make in a window: the limit less the reserve and what others have used of late. */
  readonly perWindow: number;
}

/** Clocks, and the way to the server, are not the same to the millisecond. */
const MARGIN_MS = 5;
/** A reset further away is no reset of a quota, but seconds since 1970 or nonsense. */
const MAX_RESET_MS = 24 * 60 * 60 * 1000;
/** How fast what others use of a window as a rule follows what they used of the last one. */
const EWMA_WEIGHT = 0.3;
/** A larger limit is no limit. */
const MAX_LIMIT = 1e9;
const SECOND_MS = 1000;

/**
 * Keeps all calls of a run inside the account's quota less the reserve. Pure: time comes in as an argument.
 *
 * It counts its own sends in the current window. The answers' headers tell it the limit, when the window ends,
 * and what the account's other integrations used. It does not trust `Remaining` as such: that number is old by
 * the calls in flight, and counting those twice would stall the end of every window.
 *
 * The server's window begins with the first call that arrives after the last one ended. Its end lies between
 * sending + Reset and arrival + Reset: the latest of what the answers said from the sending is taken, because a
 * call sent then arrives later by the way there. Answers come in any order, and late: to which window one
 * belongs is told by the end that it names.
 */
export class QuotaGovernor {
  readonly #rules: QuotaRules;
  /** With `--max-rate N`: when the last N calls were sent, a ring whose oldest is at {@link #oldest}. */
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

  /** Asks to send one call. 0: it is counted as sent now. Otherwise: ask again in so many milliseconds. */
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

  /** Takes in one answer's headers. Values that can't be are passed over. */
  update(reading: RateLimitHeaders, sentAtMs: number): void {
    const { limit, remaining, resetMs } = reading;
    if (!isWithin(limit, 1, MAX_LIMIT)) return;
    this.#limit = Math.floor(limit);
    if (!isWithin(resetMs, 0, MAX_RESET_MS)) return;
    this.#windowMs = Math.max(this.#windowMs, resetMs);
    const endMs = sentAtMs + resetMs + MARGIN_MS;
    // Windows end at least their own length apart: ends that lie nearer are one, seen over different ways.
    const halfMs = this.#windowMs / 2;
    if (endMs < this.#lastEndMs + halfMs) {
      // The window before lasts longer than was believed. What is left in it says nothing about this one.
      this.pauseUntil(endMs);
      return;
    }
    // A new window has begun, and this call in it, without anyone having asked since the last one ended.
    if (this.#endMs !== undefined && endMs > this.#endMs + halfMs) this.#beginWindow(this.#endMs);
    this.#endMs = Math.max(this.#endMs ?? endMs, endMs);
    this.#earliestEndMs = Math.min(this.#earliestEndMs, endMs);
    this.#answers += 1;
    if (isWithin(remaining, 0, limit)) {
      this.#otherUse = Math.max(this.#otherUse, this.#limit - remaining - this.#sent);
    }
  }

  /** After a 429: nothing is sent before `untilMs`. */
  pauseUntil(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Undefined as long as no answer told of a quota. */
  snapshot(nowMs: number): QuotaSnapshot | undefined {
    if (this.#limit === undefined || this.#windowMs === 0) return undefined;
    const budget = this.#budget(this.#limit);
    const over = nowMs >= (this.#safeEndMs() ?? Number.POSITIVE_INFINITY);
    const left = over ? budget : Math.max(0, budget - this.#otherUse - this.#sent);
    const perWindow = Math.max(1, budget - Math.round(this.#averageOtherUse));
    return { limit: this.#limit, windowMs: this.#windowMs, left, perWindow };
  }

  #windowWaitMs(nowMs: number): number {
    const knownEndMs = this.#safeEndMs();
    if (knownEndMs !== undefined && nowMs >= knownEndMs) this.#beginWindow(knownEndMs);
    if (this.#limit === undefined || this.#sent < this.#budget(this.#limit) - this.#otherUse) return 0;
    // While no answer of this window came, its end is not known; it is no later than this.
    const endMs = this.#safeEndMs() ?? this.#lastSentMs + this.#windowMs + MARGIN_MS;
    if (nowMs < endMs) return endMs - nowMs;
    this.#beginWindow(endMs);
    return 0;
  }

  /**
   * Few answers may all have taken a longer way than the next call will, which would then arrive too early. How
   * much longer is told by how far they lie apart, and is the less likely the more there are.
   */
  #safeEndMs(): number | undefined {
    if (this.#endMs === undefined) return undefined;
    const doubtMs = (2 * (this.#endMs - this.#earliestEndMs)) / this.#answers;
    return this.#endMs + Math.min(doubtMs, this.#windowMs / 20);
  }

  #beginWindow(lastEndMs: number): void {
    // A window that no answer told of says nothing of others.
    if (this.#answers > 0) this.#averageOtherUse += (this.#otherUse - this.#averageOtherUse) * EWMA_WEIGHT;
    this.#lastEndMs = lastEndMs;
    this.#endMs = undefined;
    this.#earliestEndMs = Number.POSITIVE_INFINITY;
    this.#answers = 0;
    this.#sent = 0;
    this.#otherUse = 0;
  }

  /** The limit less the reserve; at least one call, or nothing would ever be sent. */
  #budget(limit: number): number {
    return Math.max(1, Math.floor((limit * (100 - this.#rules.reservePercent)) / 100));
  }

  #rateWaitMs(nowMs: number): number {
    const oldestMs = this.#recentMs[this.#oldest];
    return oldestMs === undefined ? 0 : oldestMs + SECOND_MS - nowMs;
  }
}

function isWithin(value: number | undefined, least: number, most: number): value is number {
  return value !== undefined && value >= least && value <= most;
}
