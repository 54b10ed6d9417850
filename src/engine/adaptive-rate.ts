/** When a call left and when its answer was there; monotonic ms. */
interface Timed {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** A round lasts at least this long and has at least this many answers. */
const ROUND_MS = 1_000;
const MIN_ROUND = 20;
/** Share of troubled answers that makes the rate fall. Single 503s happen to a healthy service. */
const TROUBLED_SHARE = 0.2;
/** The same once the rate is limited: every attempt that fails is one of the few that its row has. */
const TROUBLED_SHARE_WHILE_LIMITED = 0.1;
/** Of what got through a second; a little less, because the limiter's windows are not known. */
const FALL_TO = 0.95;
/** Rounds without trouble before the rate climbs, and the factor of each climb. */
const HOLD_ROUNDS = 3;
const CLIMB = 1.1;
/** A limit this many times above what gets through limits nothing. */
const UNUSED = 2;
/** A round that still has this much of the trouble that there was without a limit was not helped by it. */
const UNHELPED_SHARE = 0.7;
const MAX_UNHELPED = 2;
/** Falls without a calm round between them: the trouble has another cause by now. */
const MAX_FALLS = 5;
/** After a rate that did not help, none is tried for this long. */
const GIVEN_UP_MS = 60_000;
/** Calls may leave this much ahead of their turn, because timers are late. */
const TOLERANCE_MS = 30;

/**
 * A rate for a service that answers calls above a limit with a server error. It falls to what gets through when too
 * many calls of a round fail, and climbs again slowly. Fewer lanes would not do: one lane alone can be too fast. Pure.
 *
 * A rate that does not make the trouble smaller is lifted, because calls that fail by themselves would otherwise slow
 * all others down. Rounds in which nothing gets through are the circuit breaker's concern.
 */
export class AdaptiveRate {
  #perSecond: number | undefined;
  #turnMs = 0;
  #roundSinceMs = Number.NEGATIVE_INFINITY;
  #passedInRound = 0;
  #passed = 0;
  #troubled = 0;
  #calmRounds = 0;
  /** Share of trouble in the round that brought the limit. */
  #unlimitedShare = 0;
  #falls = 0;
  #unhelped = 0;
  #givenUpUntilMs = Number.NEGATIVE_INFINITY;

  /** Calls a second; undefined while there is no limit. */
  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /** Milliseconds until the next call may leave; 0 if it may now. */
  waitMs(nowMs: number): number {
    return this.#perSecond === undefined ? 0 : Math.max(0, this.#turnMs - TOLERANCE_MS - nowMs);
  }

  /** Counts a call that leaves now. */
  sent(nowMs: number): void {
    if (this.#perSecond !== undefined) this.#turnMs = Math.max(this.#turnMs, nowMs) + 1_000 / this.#perSecond;
  }

  /** `isTroubled`: the server answered that it could not. Other failures are not to be given here. */
  took(call: Timed, isTroubled: boolean): void {
    if (this.#roundSinceMs === Number.NEGATIVE_INFINITY) this.#roundSinceMs = call.sentAtMs;
    if (!isTroubled) this.#passedInRound += 1;
    // What left before the last decision says nothing about it.
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
