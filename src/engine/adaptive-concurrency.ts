/** When a call left and when its answer, or what came instead, was there; monotonic ms. */
interface Timed {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** Answers that a decision rests on, at least. */
const MIN_SAMPLES = 8;
/** So large a share of a round without an answer is no accident. Single 503s happen to a healthy service. */
const OVERLOAD_RATIO = 0.2;
const DECREASE_FACTOR = 0.6;
/** Of the present number, but at least one lane. */
const INCREASE_FRACTION = 1 / 8;
/**
 * Below this share of the most, fewer lanes help nobody: a service that answers nothing is the breaker's concern,
 * and rows that fail by themselves would otherwise slow all others down.
 */
const MIN_FRACTION = 1 / 8;
/** Slower than usual: by so much, and so many times. */
const SLOW_BY_MS = 500;
const SLOW_TIMES = 3;
/** How fast what counts as usual follows a faster service, and a slower one: that has become usual one day. */
const EWMA_DOWN = 0.3;
const EWMA_UP = 0.02;

/**
 * How many calls may be in flight: fewer when the service struggles, and step by step more when it is well again.
 * Pure. It decides in rounds of as many answers as there are lanes, and counts only calls that left after its last
 * decision, so that one bad moment counts once.
 */
export class AdaptiveConcurrency {
  readonly #max: number;
  #limit: number;
  #roundSinceMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #overloaded = 0;
  #latencySumMs = 0;
  #baselineMs: number | undefined;

  constructor(most: number) {
    this.#max = most;
    this.#limit = most;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How long an answer usually takes, in ms; undefined before the first round is over. */
  get baselineLatencyMs(): number | undefined {
    return this.#baselineMs;
  }

  /** `isTroubled`: throttled in spite of the quota's governor, a server error, a time-out, a lost connection. */
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
    const usualMs = this.#baselineMs ?? latencyMs;
    this.#baselineMs = usualMs + (latencyMs - usualMs) * (latencyMs < usualMs ? EWMA_DOWN : EWMA_UP);
    return latencyMs > usualMs + SLOW_BY_MS && latencyMs > usualMs * SLOW_TIMES;
  }
}
