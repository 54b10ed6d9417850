import { seededRandom } from "./seeded-random.ts";

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
  /** Whole milliseconds until the quota is back, rounded up: without a skew, a client that waits so long is let in. */
  readonly resetMs: number;
}

/**
 * The quota of one account. A window begins with the first call after the last window's end, and is as long
 * as the quota says; each call that is let in takes one of it, whatever becomes of the call later. Calls of
 * others take of it too, and begin windows as ours do.
 */
export class QuotaWindow {
  /** Who else has part in this quota; may change while the window runs. */
  others: BackgroundCalls | undefined;
  readonly #quota: Quota;
  readonly #skewMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #usedCount = 0;

  /** `skewMs` is added to what is told of the window's end, not to the end itself. */
  constructor(quota: Quota, others?: BackgroundCalls, skewMs = 0) {
    this.#quota = quota;
    this.others = others;
    this.#skewMs = skewMs;
  }

  /** Takes one call out of the quota, if there is one left. `nowMs`: monotonic, when the request arrived. */
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
    // What came before this can't be in a window that is still open.
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

/** Calls that other integrations make with the same quota: so many at once, at some moment of each interval. */
export interface Others {
  readonly calls: number;
  /** At least 1. */
  readonly everyMs: number;
}

/** When the calls of other integrations come; the first interval begins at `startMs`. */
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

  /** The moment of the next calls where it has come by `nowMs`; it is used up by this. */
  next(nowMs: number): number | undefined {
    const atMs = this.#nextAtMs;
    if (atMs > nowMs) return undefined;
    this.#goTo(this.#interval + 1);
    return atMs;
  }

  /** Forgets the calls of all intervals that ended by `ms`: after a long pause nobody asks for them. */
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
