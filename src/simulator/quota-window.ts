import { seededRandom } from "./seeded-random.ts";

/** The number of calls allowed in each window. A window begins with its first call. */
export interface Quota {
  readonly calls: number;
  readonly windowMs: number;
}

/** The quota's decision about one call, with the values of its `X-RateLimit` headers. */
export interface QuotaDecision {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Ms until the window ends, rounded up: without a skew, a client that waits `resetMs` is let in. */
  readonly resetMs: number;
}

/**
 * The quota of one account. A window begins with the first call after the end of the last window and lasts
 * `windowMs`. Each call that is let in uses one unit, whatever its result. Background calls use units and begin
 * windows too.
 */
export class QuotaWindow {
  /** Calls of other clients of this quota; may change while the window runs. */
  others: BackgroundCalls | undefined;
  readonly #quota: Quota;
  readonly #skewMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #usedCount = 0;

  /** `skewMs` is added to the reported end of the window, not to the end itself. */
  constructor(quota: Quota, others?: BackgroundCalls, skewMs = 0) {
    this.#quota = quota;
    this.others = others;
    this.#skewMs = skewMs;
  }

  /** Uses one unit of the quota if one is left. `nowMs`: arrival of the request, monotonic. */
  take(nowMs: number): QuotaDecision {
    const { calls } = this.#quota;
    if (this.others !== undefined) this.#letIn(this.others, nowMs);
    this.#beginIfDue(nowMs);
    const allowed = this.#usedCount < calls;
    if (allowed) this.#usedCount += 1;
    return {
      allowed,
      limit: calls,
      remaining: calls - this.#usedCount,
      resetMs: Math.max(0, Math.ceil(this.#endsAtMs - nowMs + this.#skewMs)),
    };
  }

  #letIn(others: BackgroundCalls, nowMs: number): void {
    const { calls, windowMs } = this.#quota;
    // Earlier calls can't belong to a window that is still open.
    others.skipTo(nowMs - 2 * windowMs);
    for (let atMs = others.next(nowMs); atMs !== undefined; atMs = others.next(nowMs)) {
      this.#beginIfDue(atMs);
      this.#usedCount = Math.min(calls, this.#usedCount + others.calls);
    }
  }

  #beginIfDue(atMs: number): void {
    if (atMs < this.#endsAtMs) return;
    this.#endsAtMs = atMs + this.#quota.windowMs;
    this.#usedCount = 0;
  }
}

/** Calls of other integrations with the same quota: `calls` at once, at a random moment of each interval. */
export interface Others {
  readonly calls: number;
  /** At least 1. */
  readonly everyMs: number;
}

/** The times at which other integrations make calls. The first interval begins at `startMs`. */
export class BackgroundCalls {
  readonly calls: number;
  readonly #everyMs: number;
  readonly #startMs: number;
  readonly #seed: number;
  #interval = 0;
  #nextAtMs: number;

  constructor({ calls, everyMs }: Others, startMs: number, seed: number) {
    this.calls = calls;
    this.#everyMs = everyMs;
    this.#startMs = startMs;
    this.#seed = seed;
    this.#nextAtMs = this.#momentOf(0);
  }

  /** Takes the time of the next calls, or returns undefined if it is later than `nowMs`. */
  next(nowMs: number): number | undefined {
    const atMs = this.#nextAtMs;
    if (atMs > nowMs) return undefined;
    this.#goTo(this.#interval + 1);
    return atMs;
  }

  /** Skips the calls of all intervals that ended by `ms`, because after a long pause they no longer matter. */
  skipTo(ms: number): void {
    const interval = Math.floor((ms - this.#startMs) / this.#everyMs);
    if (interval > this.#interval) this.#goTo(interval);
  }

  #goTo(interval: number): void {
    this.#interval = interval;
    this.#nextAtMs = this.#momentOf(interval);
  }

  #momentOf(interval: number): number {
    return this.#startMs + (interval + seededRandom(this.#seed, "others", interval)) * this.#everyMs;
  }
}
