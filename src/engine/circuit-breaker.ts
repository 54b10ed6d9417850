/** How patient a run is with a service that does not answer, or that refuses the account. */
export interface BreakerRules {
  /** Nothing got through for so long before the first success: the run gives up. */
  readonly giveUpAtStartAfterMs: number;
  /** The same once a call has got through. */
  readonly giveUpAfterMs: number;
  /** Refusals of the account before the first success. */
  readonly deniedAtStart: number;
  /** For so long nothing but refusals, later on. */
  readonly giveUpAfterDeniedMs: number;
  /** Calls without effect one after the other that make the run probe with one lane. */
  readonly tripAfter: number;
  readonly probeBaseMs: number;
  readonly probeCeilingMs: number;
}

export const DEFAULT_BREAKER: BreakerRules = {
  giveUpAtStartAfterMs: 30_000,
  giveUpAfterMs: 15 * 60_000,
  deniedAtStart: 3,
  giveUpAfterDeniedMs: 60_000,
  // Fewer than that in a row also happen to a healthy service that answers some calls with 503.
  tripAfter: 5,
  probeBaseMs: 500,
  probeCeilingMs: 15_000,
};

/** So long after its next pause was over a run that still tries has sent something: it must have slept. */
const SUSPEND_GAP_MS = 60_000;

export interface FailedCall {
  readonly kind: "access-denied" | "no-response";
  readonly sentAtMs: number;
  readonly nowMs: number;
  /** The wait that the server announced, if it did. */
  readonly announcedMs?: number | undefined;
}

export type BreakerDecision = "continue" | "stop-access-denied" | "stop-unreachable";

/**
 * A circuit breaker over all lanes. It begins with one lane, so that wrong credentials cost three calls and a
 * first answer tells the quota. The first call that gets through opens all lanes; several in a row that don't
 * close all but one, which probes with growing pauses. A call gets through when Mimecast judged its row,
 * whatever the judgement.
 *
 * Calls that left before the first failure of a series was known count once: dozens may be in flight when a service
 * falters for a moment. Failures that arrive during a pause do not lengthen it.
 *
 * Before the first success an outage begins when its first call was sent, so that a time-out counts in full;
 * later, when that call had failed, as others may have got through meanwhile. It begins anew after a time in
 * which nothing was tried: a laptop that slept for hours gets its full patience after waking. A wait that the
 * server announced and that is longer than the patience is waited out.
 */
export class CircuitBreaker {
  readonly #rules: BreakerRules;
  #hasSucceeded = false;
  #failuresInRow = 0;
  /** When the first failure since the last success was known. */
  #firstBlockedMs = Number.POSITIVE_INFINITY;
  #failedProbes = 0;
  #deniedInRow = 0;
  #outageSinceMs: number | undefined;
  #deniedSinceMs: number | undefined;
  #probeAtMs = 0;
  /** When a run that is awake has tried again at the latest. */
  #dueMs = 0;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** Whether only one lane may send, and not before {@link nextProbeMs}. */
  get probing(): boolean {
    return !this.#hasSucceeded || this.#failuresInRow >= this.#rules.tripAfter;
  }

  get nextProbeMs(): number {
    return this.probing ? this.#probeAtMs : 0;
  }

  recordSuccess(): void {
    this.#hasSucceeded = true;
    this.#failuresInRow = 0;
    this.#firstBlockedMs = Number.POSITIVE_INFINITY;
    this.#failedProbes = 0;
    this.#deniedInRow = 0;
    this.#outageSinceMs = undefined;
    this.#deniedSinceMs = undefined;
    this.#probeAtMs = 0;
  }

  recordFailure(call: FailedCall): BreakerDecision {
    const isPartOfFirst = call.sentAtMs < this.#firstBlockedMs && this.#failuresInRow > 0;
    if (!isPartOfFirst) this.#failuresInRow += 1;
    this.#firstBlockedMs = Math.min(this.#firstBlockedMs, call.nowMs);
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
    const over = this.#hasSucceeded
      ? call.nowMs - this.#deniedSinceMs >= this.#rules.giveUpAfterDeniedMs
      : this.#deniedInRow >= this.#rules.deniedAtStart;
    return over ? "stop-access-denied" : "continue";
  }

  #noResponse(call: FailedCall, outageMs: number): BreakerDecision {
    this.#deniedSinceMs = undefined;
    const patienceMs = this.#hasSucceeded ? this.#rules.giveUpAfterMs : this.#rules.giveUpAtStartAfterMs;
    const isAnnounced = (call.announcedMs ?? 0) > patienceMs;
    return outageMs >= patienceMs && !isAnnounced ? "stop-unreachable" : "continue";
  }
}
