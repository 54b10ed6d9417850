/** What is counted while rows are sent. Each number only grows, but for {@link TimelineSample.waiting}. */
export interface TimelineSample {
  readonly applied: number;
  readonly failed: number;
  readonly unknown: number;
  readonly calls: number;
  /** Attempts after a row's first. */
  readonly retries: number;
  /** Calls answered 429. */
  readonly rateLimited: number;
  /** Calls that got nowhere for other reasons. */
  readonly failedCalls: number;
  /** Time in which calls were held back to stay within the quota. */
  readonly quotaWaitMs: number;
  /** Rows that wait for their retry now. */
  readonly waiting: number;
}

/** What happened within one stretch of time; of `waiting`, the most that was seen. */
export type TimelineBucket = TimelineSample;

/** Points of a chart: more are not seen on a screen, and would make the report heavy. */
export const MOST_BUCKETS = 240;
/** Of the first buckets: a run of seconds has a course as well. */
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
 * The course of a run, in buckets of time. When there are too many, each two become one of twice the width, so
 * memory and size stay the same for a run of days. Pure: time comes in as an argument.
 */
export class Timeline {
  readonly #startMs: number;
  #bucketMs = FIRST_BUCKET_MS;
  #buckets: TimelineBucket[] = [];
  #last = NOTHING;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Width of each bucket. To be looked at about this often. */
  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Oldest first; the first begins at the start. */
  get buckets(): readonly TimelineBucket[] {
    return this.#buckets;
  }

  /** Takes in how things stand at `nowMs`. What changed since the last look is of the bucket that holds it. */
  sample(state: TimelineSample, nowMs: number): void {
    const elapsedMs = nowMs - this.#startMs;
    while (elapsedMs >= this.#bucketMs * MOST_BUCKETS) this.#widen();
    // A look exactly on the border is about the time before it; and never about what is past, whatever the clock says.
    const index = Math.max(Math.ceil(elapsedMs / this.#bucketMs) - 1, this.#buckets.length - 1, 0);
    while (this.#buckets.length < index) this.#buckets.push(NOTHING);
    const [begun = NOTHING] = this.#buckets.splice(index);
    this.#buckets.push(sum(begun, difference(state, this.#last)));
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

/** The width at which a span of time takes no more than {@link MOST_BUCKETS} buckets. */
export function bucketMsFor(spanMs: number): number {
  let bucketMs = FIRST_BUCKET_MS;
  while (spanMs >= bucketMs * MOST_BUCKETS) bucketMs *= 2;
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
