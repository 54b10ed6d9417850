/** The times at which a call was sent and at which its response or error arrived; monotonic ms. */
interface Timed {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** Calls that a decision needs at least. */
const MIN_SAMPLES = 8;
/** Share of failed calls in a round that means overload. A healthy service answers a single 503 now and then. */
const OVERLOAD_RATIO = 0.2;
const DECREASE_FACTOR = 0.6;
/** Fraction of the current limit that is added after a good round; at least one lane. */
const INCREASE_FRACTION = 1 / 8;
/**
 * Lower bound, as a fraction of the maximum. A dead service is the circuit breaker's job, and rows that fail on their
 * own must not slow the others.
 */
const MIN_FRACTION = 1 / 8;
/** A round is slow if its mean latency exceeds the baseline by both of these. */
const SLOW_BY_MS = 500;
const SLOW_TIMES = 3;
/** EWMA weights of the baseline latency: fast to follow a quicker service, slow to accept a slower one as normal. */
const EWMA_DOWN = 0.3;
const EWMA_UP = 0.02;

/**
 * The number of calls that may be in flight. It falls when the service struggles, and rises step by step when the
 * service recovers. Pure. It decides once per round. A round has as many calls as there are lanes, and only calls that
 * were sent after the last decision, so that one bad moment counts once.
 */
export class AdaptiveConcurrency {
  readonly #max: number;
  #limit: number;
  #roundSinceMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #overloaded = 0;
  #latencySumMs = 0;
  #baselineMs: number | undefined;

  constructor(max: number) {
    this.#max = max;
    this.#limit = max;
  }

  get limit(): number {
    return this.#limit;
  }

  /** The usual latency of a call, in ms; undefined before the end of the first round. */
  get baselineLatencyMs(): number | undefined {
    return this.#baselineMs;
  }

  /**
   * Counts a call.
   *
   * @param isTroubled true for a 429 in spite of the quota governor, a server error, a time-out or a lost connection
   */
  record(call: Timed, isTroubled: boolean): void {
    if (call.sentAtMs < this.#roundSinceMs) return;
    this.#answers += 1;
    if (isTroubled) this.#overloaded += 1;
    else this.#latencySumMs += call.arrivedAtMs - call.sentAtMs;
    if (this.#answers < Math.max(MIN_SAMPLES, this.#limit)) return;
    this.#decide();
    this.#roundSinceMs = call.arrivedAtMs;
    this.#answers = 0;
    this.#overloaded = 0;
    this.#latencySumMs = 0;
  }

  #decide(): void {
    const answered = this.#answers - this.#overloaded;
    const isTroubled = this.#overloaded >= this.#answers * OVERLOAD_RATIO;
    const isSlow = answered > 0 && this.#isSlow(this.#latencySumMs / answered);
    if (isTroubled || isSlow) {
      const floor = Math.max(1, Math.floor(this.#max * MIN_FRACTION));
      this.#limit = Math.max(floor, Math.floor(this.#limit * DECREASE_FACTOR));
    } else {
      this.#limit = Math.min(
        this.#max,
        this.#limit + Math.max(1, Math.floor(this.#limit * INCREASE_FRACTION)),
      );
    }
  }

  #isSlow(latencyMs: number): boolean {
    const baselineMs = this.#baselineMs ?? latencyMs;
    this.#baselineMs = baselineMs + (latencyMs - baselineMs) * (latencyMs < baselineMs ? EWMA_DOWN : EWMA_UP);
    return latencyMs > baselineMs + SLOW_BY_MS && latencyMs > baselineMs * SLOW_TIMES;
  }
}
