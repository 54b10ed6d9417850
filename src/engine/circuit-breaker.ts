/** How long a run tries to reach a service that does not answer, or that denies access. */
export interface BreakerRules {
  /** Gives up if no call succeeds within this time at the start of a run. */
  readonly giveUpAtStartAfterMs: number;
  /** Gives up after an outage of this length once a call has succeeded. */
  readonly giveUpAfterMs: number;
  /** Gives up after this many access-denied responses before the first success. */
  readonly deniedAtStart: number;
  /** Gives up after this long of access-denied responses only, once a call has succeeded. */
  readonly giveUpAfterDeniedMs: number;
  /** Opens the circuit after this many consecutive failed calls: then one lane probes. */
  readonly tripAfter: number;
  readonly probeBaseMs: number;
  readonly probeCeilingMs: number;
}

export const DEFAULT_BREAKER: BreakerRules = {
  giveUpAtStartAfterMs: 30_000,
  giveUpAfterMs: 15 * 60_000,
  deniedAtStart: 3,
  giveUpAfterDeniedMs: 60_000,
  // A healthy service that answers some calls with 503 also has shorter series.
  tripAfter: 5,
  probeBaseMs: 500,
  probeCeilingMs: 15_000,
};

/** If no call was made for this long after the next probe was due, the machine was suspended. */
const SUSPEND_GAP_MS = 60_000;

export interface FailedCall {
  readonly kind: "access-denied" | "no-response";
  readonly sentAtMs: number;
  readonly nowMs: number;
  /** The wait that the server asked for, if any. */
  readonly announcedMs?: number | undefined;
}

export type BreakerDecision = "continue" | "stop-access-denied" | "stop-unreachable";

/**
 * A circuit breaker for all lanes. It starts half-open, with one lane, so that wrong credentials cost three calls and
 * the first response reports the quota. The first success opens all lanes. Several consecutive failures leave one lane,
 * which probes with growing pauses. A call is a success if Mimecast accepted or rejected its row.
 *
 * All calls that were sent before the first failure of a series was known count as one failure, because dozens may be
 * in flight when a service fails for a moment. Failures that arrive during a pause do not lengthen it.
 *
 * Before the first success an outage starts when its first call is sent, so that a time-out counts in full. Later it
 * starts when that call fails, because other calls may have succeeded meanwhile. It starts again after a time without
 * attempts: a laptop that was suspended for hours gets the full time after it wakes. If the server asks for a wait that
 * is longer than the limit, the run waits for its end.
 */
export class CircuitBreaker {
  readonly #rules: BreakerRules;
  #hasSucceeded = false;
  #failuresInRow = 0;
  /** Time at which the first failure since the last success was known. */
  #firstFailureMs = Number.POSITIVE_INFINITY;
  #failedProbes = 0;
  #deniedInRow = 0;
  #outageSinceMs: number | undefined;
  #deniedSinceMs: number | undefined;
  #probeAtMs = 0;
  /** Latest time of the next attempt, unless the machine is suspended. */
  #dueMs = 0;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** True if only one lane may send, and not before {@link nextProbeMs}. */
  get probing(): boolean {
    return !this.#hasSucceeded || this.#failuresInRow >= this.#rules.tripAfter;
  }

  get nextProbeMs(): number {
    return this.probing ? this.#probeAtMs : 0;
  }

  recordSuccess(): void {
    this.#hasSucceeded = true;
    this.#failuresInRow = 0;
    this.#firstFailureMs = Number.POSITIVE_INFINITY;
    this.#failedProbes = 0;
    this.#deniedInRow = 0;
    this.#outageSinceMs = undefined;
    this.#deniedSinceMs = undefined;
    this.#probeAtMs = 0;
  }

  recordFailure(call: FailedCall): BreakerDecision {
    const isPartOfFirst = call.sentAtMs < this.#firstFailureMs && this.#failuresInRow > 0;
    if (!isPartOfFirst) this.#failuresInRow += 1;
    this.#firstFailureMs = Math.min(this.#firstFailureMs, call.nowMs);
    if (call.sentAtMs > this.#dueMs + SUSPEND_GAP_MS) {
      this.#outageSinceMs = undefined;
      this.#deniedSinceMs = undefined;
    }
    this.#outageSinceMs ??= this.#hasSucceeded ? call.nowMs : call.sentAtMs;
    const outageMs = call.nowMs - this.#outageSinceMs;
    this.#pause(call);
    return call.kind === "access-denied" ? this.#accessDenied(call) : this.#noResponse(call, outageMs);
  }

  #pause({ nowMs, announcedMs = 0 }: FailedCall): void {
    if (this.probing && nowMs >= this.#probeAtMs) {
      const pauseMs = this.#rules.probeBaseMs * 2 ** this.#failedProbes;
      this.#failedProbes += 1;
      this.#probeAtMs = nowMs + Math.min(this.#rules.probeCeilingMs, pauseMs);
    }
    this.#probeAtMs = Math.max(this.#probeAtMs, nowMs + announcedMs);
    this.#dueMs = Math.max(this.#probeAtMs, nowMs + this.#rules.probeBaseMs);
  }

  #accessDenied(call: FailedCall): BreakerDecision {
    this.#deniedInRow += 1;
    this.#deniedSinceMs ??= call.nowMs;
    const isOver = this.#hasSucceeded
      ? call.nowMs - this.#deniedSinceMs >= this.#rules.giveUpAfterDeniedMs
      : this.#deniedInRow >= this.#rules.deniedAtStart;
    return isOver ? "stop-access-denied" : "continue";
  }

  #noResponse(call: FailedCall, outageMs: number): BreakerDecision {
    this.#deniedSinceMs = undefined;
    const limitMs = this.#hasSucceeded ? this.#rules.giveUpAfterMs : this.#rules.giveUpAtStartAfterMs;
    const isAnnounced = (call.announcedMs ?? 0) > limitMs;
    return outageMs >= limitMs && !isAnnounced ? "stop-unreachable" : "continue";
  }
}
