/** Counters of a run that sends rows. All but {@link TimelineSample.waiting} only grow. */
export interface TimelineSample {
  readonly applied: number;
  readonly failed: number;
  readonly unknown: number;
  readonly calls: number;
  /** Attempts after a row's first. */
  readonly retries: number;
  /** Calls answered 429. */
  readonly rateLimited: number;
  /** Calls that failed for other reasons. */
  readonly failedCalls: number;
  /** Milliseconds in which calls waited for the quota. */
  readonly quotaWaitMs: number;
  /** Rows that wait for their retry at the time of the sample. */
  readonly waiting: number;
}

/** The increase of each counter within one bucket; for `waiting`, the maximum. */
export type TimelineBucket = TimelineSample;

/** Maximum points of a chart: more are not visible on a screen, and would make the report large. */
export const MAX_BUCKETS = 240;
/** Width of the first buckets: short enough to chart a run of a few seconds. */
const FIRST_BUCKET_MS = 250;

const NOTHING: TimelineSample = {
  applied: 0,
  failed: 0,
  unknown: 0,
  calls: 0,
  retries: 0,
  rateLimited: 0,
  failedCalls: 0,
  quotaWaitMs: 0,
  waiting: 0,
};

/**
 * The counters of a run over time, in buckets. When there are too many buckets, each pair is merged into one of twice
 * the width, so memory and size stay bounded for a run of days. Pure: time is an argument.
 */
export class Timeline {
  readonly #startMs: number;
  #bucketMs = FIRST_BUCKET_MS;
  #buckets: TimelineBucket[] = [];
  #last = NOTHING;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Width of each bucket. Call {@link sample} about this often. */
  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Buckets, oldest first; the first begins at `startMs`. */
  get buckets(): readonly TimelineBucket[] {
    return this.#buckets;
  }

  /** Records the counters at `nowMs`. Their increase since the last sample goes to the bucket that contains `nowMs`. */
  sample(state: TimelineSample, nowMs: number): void {
    const elapsedMs = nowMs - this.#startMs;
    while (elapsedMs >= this.#bucketMs * MAX_BUCKETS) this.#widen();
    // A sample exactly on a border belongs to the bucket before it. None goes to an earlier bucket, even if the clock does.
    const index = Math.max(Math.ceil(elapsedMs / this.#bucketMs) - 1, this.#buckets.length - 1, 0);
    while (this.#buckets.length < index) this.#buckets.push(NOTHING);
    const [open = NOTHING] = this.#buckets.splice(index);
    this.#buckets.push(sum(open, difference(state, this.#last)));
    this.#last = state;
  }

  #widen(): void {
    this.#bucketMs *= 2;
    const wide: TimelineBucket[] = [];
    for (const [index, bucket] of this.#buckets.entries()) {
      const before = index % 2 === 1 ? wide.pop() : undefined;
      wide.push(before === undefined ? bucket : sum(before, bucket));
    }
    this.#buckets = wide;
  }
}

/** Returns the width with which a time span needs at most {@link MAX_BUCKETS} buckets. */
export function bucketMsFor(spanMs: number): number {
  let bucketMs = FIRST_BUCKET_MS;
  while (spanMs >= bucketMs * MAX_BUCKETS) bucketMs *= 2;
  return bucketMs;
}

function sum(one: TimelineBucket, other: TimelineBucket): TimelineBucket {
  return combine(one, other, (a, b) => a + b, Math.max(one.waiting, other.waiting));
}

function difference(now: TimelineSample, before: TimelineSample): TimelineBucket {
  return combine(now, before, (a, b) => a - b, now.waiting);
}

function combine(
  one: TimelineSample,
  other: TimelineSample,
  of: (one: number, other: number) => number,
  waiting: number,
): TimelineSample {
  return {
    applied: of(one.applied, other.applied),
    failed: of(one.failed, other.failed),
    unknown: of(one.unknown, other.unknown),
    calls: of(one.calls, other.calls),
    retries: of(one.retries, other.retries),
    rateLimited: of(one.rateLimited, other.rateLimited),
    failedCalls: of(one.failedCalls, other.failedCalls),
    quotaWaitMs: of(one.quotaWaitMs, other.quotaWaitMs),
    waiting,
  };
}
