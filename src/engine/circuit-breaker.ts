/** How patient a run is with a service that does not answer, or that refuses the account. */
export interface BreakerRules {
  /** Nothing got through for so long before the first success: the run gives up. */
  readonly patienceAtStartMs: number;
  /** The same once a call has got through. */
  readonly patienceMs: number;
  /** Refusals of the account before the first success. */
  readonly refusalsAtStart: number;
  /** For so long nothing but refusals, later on. */
  readonly refusalPatienceMs: number;
  /** Calls without effect one after the other that make the run probe with one lane. */
  readonly tripAfter: number;
  readonly probeBaseMs: number;
  readonly probeCeilingMs: number;
}

export const DEFAULT_BREAKER: BreakerRules = {
  patienceAtStartMs: 30_000,
  patienceMs: 15 * 60_000,
  refusalsAtStart: 3,
  refusalPatienceMs: 60_000,
  // Fewer than that in a row also happen to a healthy service that answers some calls with 503.
  tripAfter: 5,
  probeBaseMs: 500,
  probeCeilingMs: 15_000,
};

/** So long after its next pause was over a run that still tries has sent something: it must have slept. */
const ASLEEP_MS = 60_000;

export interface Blocked {
  readonly kind: "refused" | "no-answer";
  readonly sentAtMs: number;
  readonly nowMs: number;
  /** The wait that the server announced, if it did. */
  readonly announcedMs?: number | undefined;
}

export type Verdict = "go-on" | "give-up-refused" | "give-up-unreachable";

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
export class Breaker {
  readonly #rules: BreakerRules;
  #proven = false;
  #blockedInRow = 0;
  /** When the first failure since the last success was known. */
  #firstBlockedMs = Number.POSITIVE_INFINITY;
  #failedProbes = 0;
  #refusalsInRow = 0;
  #outageSinceMs: number | undefined;
  #refusedSinceMs: number | undefined;
  #probeAtMs = 0;
  /** When a run that is awake has tried again at the latest. */
  #dueMs = 0;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** Whether only one lane may send, and not before {@link nextProbeMs}. */
  get probing(): boolean {
    return !this.#proven || this.#blockedInRow >= this.#rules.tripAfter;
  }

  get nextProbeMs(): number {
    return this.probing ? this.#probeAtMs : 0;
  }

  passed(): void {
    this.#proven = true;
    this.#blockedInRow = 0;
    this.#firstBlockedMs = Number.POSITIVE_INFINITY;
    this.#failedProbes = 0;
    this.#refusalsInRow = 0;
    this.#outageSinceMs = undefined;
    this.#refusedSinceMs = undefined;
    this.#probeAtMs = 0;
  }

  blocked(call: Blocked): Verdict {
    const isPartOfFirst = call.sentAtMs < this.#firstBlockedMs && this.#blockedInRow > 0;
    if (!isPartOfFirst) this.#blockedInRow += 1;
    this.#firstBlockedMs = Math.min(this.#firstBlockedMs, call.nowMs);
    if (call.sentAtMs > this.#dueMs + ASLEEP_MS) {
      this.#outageSinceMs = undefined;
      this.#refusedSinceMs = undefined;
    }
    this.#outageSinceMs ??= this.#proven ? call.nowMs : call.sentAtMs;
    const outageMs = call.nowMs - this.#outageSinceMs;
    this.#pause(call);
    return call.kind === "refused" ? this.#refused(call) : this.#unanswered(call, outageMs);
  }

  #pause({ nowMs, announcedMs = 0 }: Blocked): void {
    if (this.probing && nowMs >= this.#probeAtMs) {
      const pauseMs = this.#rules.probeBaseMs * 2 ** this.#failedProbes;
      this.#failedProbes += 1;
      this.#probeAtMs = nowMs + Math.min(this.#rules.probeCeilingMs, pauseMs);
    }
    this.#probeAtMs = Math.max(this.#probeAtMs, nowMs + announcedMs);
    this.#dueMs = Math.max(this.#probeAtMs, nowMs + this.#rules.probeBaseMs);
  }

  #refused(call: Blocked): Verdict {
    this.#refusalsInRow += 1;
    this.#refusedSinceMs ??= call.nowMs;
    const over = this.#proven
      ? call.nowMs - this.#refusedSinceMs >= this.#rules.refusalPatienceMs
      : this.#refusalsInRow >= this.#rules.refusalsAtStart;
    return over ? "give-up-refused" : "go-on";
  }

  #unanswered(call: Blocked, outageMs: number): Verdict {
    this.#refusedSinceMs = undefined;
    const patienceMs = this.#proven ? this.#rules.patienceMs : this.#rules.patienceAtStartMs;
    const isAnnounced = (call.announcedMs ?? 0) > patienceMs;
    return outageMs >= patienceMs && !isAnnounced ? "give-up-unreachable" : "go-on";
  }
}
