/** The times at which a call was sent and at which its response arrived; monotonic ms. */
interface Timed {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** Minimum duration of a round, and its minimum number of responses. */
const ROUND_MS = 1_000;
const MIN_ROUND = 20;
/** Share of server errors that lowers the rate. A healthy service answers a single 503 now and then. */
const TROUBLED_SHARE = 0.2;
/** Lower threshold once the rate is limited, because each failed attempt is one of the few that its row has. */
const TROUBLED_SHARE_WHILE_LIMITED = 0.1;
/** New rate as a fraction of the successful calls per second. Below 1, because the limiter's windows are not known. */
const FALL_TO = 0.95;
/** Good rounds before the rate rises, and the factor of each rise. */
const HOLD_ROUNDS = 3;
const CLIMB = 1.1;
/** A limit this many times above the rate of successful calls has no effect and is lifted. */
const UNUSED = 2;
/** The limit does not help if a round's error share is still this fraction of the share without a limit. */
const UNHELPED_SHARE = 0.7;
const MAX_UNHELPED = 2;
/** After this many falls without a good round between them, the errors have another cause. */
const MAX_FALLS = 5;
/** After a limit that did not help, no limit is tried for this long. */
const GIVEN_UP_MS = 60_000;
/** Calls may be sent this early, because timers fire late. */
const TOLERANCE_MS = 30;

/**
 * A rate limit for a service that answers calls above its own limit with a server error. When too many calls of a
 * round fail, the rate falls to that of the successful calls, and then rises slowly. Fewer lanes would not be enough,
 * because a single lane can be too fast. Pure.
 *
 * A limit that does not reduce the errors is lifted. Otherwise calls that fail on their own would slow all others.
 * Rounds without a success are the circuit breaker's job.
 */
export class AdaptiveRate {
  #perSecond: number | undefined;
  #turnMs = 0;
  #roundSinceMs = Number.NEGATIVE_INFINITY;
  #passedInRound = 0;
  #passed = 0;
  #troubled = 0;
  #calmRounds = 0;
  /** Error share of the round that led to the limit. */
  #unlimitedShare = 0;
  #falls = 0;
  #unhelped = 0;
  #givenUpUntilMs = Number.NEGATIVE_INFINITY;

  /** Calls per second; undefined without a limit. */
  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /** Returns the milliseconds until the next call may be sent; 0 if it may be sent now. */
  waitMs(nowMs: number): number {
    return this.#perSecond === undefined ? 0 : Math.max(0, this.#turnMs - TOLERANCE_MS - nowMs);
  }

  /** Counts a call that is sent now. */
  sent(nowMs: number): void {
    if (this.#perSecond !== undefined) this.#turnMs = Math.max(this.#turnMs, nowMs) + 1_000 / this.#perSecond;
  }

  /** Counts a response. `isTroubled` means a server error. Other failures must not be passed here. */
  record(call: Timed, isTroubled: boolean): void {
    if (this.#roundSinceMs === Number.NEGATIVE_INFINITY) this.#roundSinceMs = call.sentAtMs;
    if (!isTroubled) this.#passedInRound += 1;
    // Calls sent before the last decision are not evidence of its effect.
    if (call.sentAtMs >= this.#roundSinceMs) {
      if (isTroubled) this.#troubled += 1;
      else this.#passed += 1;
    }
    const elapsedMs = call.arrivedAtMs - this.#roundSinceMs;
    if (elapsedMs < ROUND_MS || this.#passed + this.#troubled < MIN_ROUND) return;
    this.#decide((this.#passedInRound * 1_000) / elapsedMs, call.arrivedAtMs);
    this.#roundSinceMs = call.arrivedAtMs;
    this.#passedInRound = 0;
    this.#passed = 0;
    this.#troubled = 0;
  }

  #decide(passedPerSecond: number, nowMs: number): void {
    const share = this.#troubled / (this.#passed + this.#troubled);
    const limit = this.#perSecond === undefined ? TROUBLED_SHARE : TROUBLED_SHARE_WHILE_LIMITED;
    if (share < limit) this.#calm(passedPerSecond);
    else if (this.#passed > 0 && nowMs >= this.#givenUpUntilMs) this.#fall(share, passedPerSecond, nowMs);
  }

  #calm(passedPerSecond: number): void {
    this.#falls = 0;
    this.#unhelped = 0;
    this.#calmRounds += 1;
    if (this.#perSecond === undefined || this.#calmRounds <= HOLD_ROUNDS) return;
    this.#perSecond *= CLIMB;
    if (this.#perSecond > passedPerSecond * UNUSED) this.#perSecond = undefined;
  }

  #fall(share: number, passedPerSecond: number, nowMs: number): void {
    this.#calmRounds = 0;
    if (this.#perSecond === undefined) {
      this.#unlimitedShare = share;
      this.#falls = 0;
      this.#unhelped = 0;
      this.#limit(passedPerSecond, nowMs);
      return;
    }
    const isHelped = share < this.#unlimitedShare * UNHELPED_SHARE;
    this.#falls += 1;
    this.#unhelped = isHelped ? 0 : this.#unhelped + 1;
    if (this.#unhelped >= MAX_UNHELPED) this.#givenUpUntilMs = nowMs + GIVEN_UP_MS;
    if (this.#unhelped >= MAX_UNHELPED || this.#falls >= MAX_FALLS) this.#perSecond = undefined;
    else if (isHelped) this.#limit(Math.min(this.#perSecond, passedPerSecond), nowMs);
  }

  #limit(perSecond: number, nowMs: number): void {
    this.#perSecond = perSecond * FALL_TO;
    this.#turnMs = nowMs;
  }
}
