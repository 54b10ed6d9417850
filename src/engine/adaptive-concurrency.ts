/** When a call left and when its answer, or what came instead, was there; monotonic ms. */
interface Timed {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** Answers that a decision rests on, at least. */
const LEAST_ROUND = 8;
/** So large a share of a round without an answer is no accident. Single 503s happen to a healthy service. */
const TROUBLED_SHARE = 0.2;
const FALL = 0.6;
/** Of the present number, but at least one lane. */
const CLIMB_SHARE = 1 / 8;
/**
 * Below this share of the most, fewer lanes help nobody: a service that answers nothing is the breaker's concern,
 * and rows that fail by themselves would otherwise slow all others down.
 */
const FLOOR_SHARE = 1 / 8;
/** Slower than usual: by so much, and so many times. */
const SLOW_BY_MS = 500;
const SLOW_TIMES = 3;
/** How fast what counts as usual follows a faster service, and a slower one: that has become usual one day. */
const USUAL_FALLS = 0.3;
const USUAL_RISES = 0.02;

/**
 * How many calls may be in flight: fewer when the service struggles, and step by step more when it is well again.
 * Pure. It decides in rounds of as many answers as there are lanes, and counts only calls that left after its last
 * decision, so that one bad moment counts once.
 */
export class LaneCount {
  readonly #most: number;
  #now: number;
  #roundSinceMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #troubled = 0;
  #latencySumMs = 0;
  #usualMs: number | undefined;

  constructor(most: number) {
    this.#most = most;
    this.#now = most;
  }

  get now(): number {
    return this.#now;
  }

  /** How long an answer usually takes, in ms; undefined before the first round is over. */
  get usualLatencyMs(): number | undefined {
    return this.#usualMs;
  }

  /** `isTroubled`: throttled in spite of the quota's governor, a server error, a time-out, a lost connection. */
  took(call: Timed, isTroubled: boolean): void {
    if (call.sentAtMs < this.#roundSinceMs) return;
    this.#answers += 1;
    if (isTroubled) this.#troubled += 1;
    else this.#latencySumMs += call.arrivedAtMs - call.sentAtMs;
    if (this.#answers < Math.max(LEAST_ROUND, this.#now)) return;
    this.#decide();
    this.#roundSinceMs = call.arrivedAtMs;
    this.#answers = 0;
    this.#troubled = 0;
    this.#latencySumMs = 0;
  }

  #decide(): void {
    const answered = this.#answers - this.#troubled;
    const isTroubled = this.#troubled >= this.#answers * TROUBLED_SHARE;
    const isSlow = answered > 0 && this.#isSlow(this.#latencySumMs / answered);
    if (isTroubled || isSlow) {
      const floor = Math.max(1, Math.floor(this.#most * FLOOR_SHARE));
      this.#now = Math.max(floor, Math.floor(this.#now * FALL));
    } else {
      this.#now = Math.min(this.#most, this.#now + Math.max(1, Math.floor(this.#now * CLIMB_SHARE)));
    }
  }

  #isSlow(latencyMs: number): boolean {
    const usualMs = this.#usualMs ?? latencyMs;
    this.#usualMs = usualMs + (latencyMs - usualMs) * (latencyMs < usualMs ? USUAL_FALLS : USUAL_RISES);
    return latencyMs > usualMs + SLOW_BY_MS && latencyMs > usualMs * SLOW_TIMES;
  }
}
