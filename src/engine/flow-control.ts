import type { Clock } from "../domain/clock.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { CallFailure, CallTrace } from "../domain/response.ts";
import type { AdaptiveConcurrency } from "./adaptive-concurrency.ts";
import { AdaptiveRate } from "./adaptive-rate.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { LongWaits } from "./long-waits.ts";
import type { QuotaGovernor } from "./quota.ts";
import type { Shutdown } from "./shutdown.ts";

export interface FlowControlParts {
  readonly governor: QuotaGovernor;
  readonly breaker: CircuitBreaker;
  readonly adaptive: AdaptiveConcurrency;
  readonly clock: Clock;
  readonly shutdown: Shutdown;
  /** The permission's name in the console, for the advice when access is denied. */
  readonly permission: string;
  readonly hooks: WaitHooks;
}

/** The effect of a call on the others: it succeeded, or it failed for a reason that is not its row's. */
export type CallEffect = { readonly kind: "passed" } | Exclude<CallFailure, { readonly kind: "rejected" }>;

/** The calls of a run so far. */
export interface CallCounts {
  calls: number;
  /** Calls answered 429. */
  rateLimited: number;
  /** Calls that failed for other reasons: no connection, no usable response, access denied. */
  failedCalls: number;
  /** Responses by HTTP status. */
  readonly byStatus: Map<number, number>;
}

/** Backoff after a 429 without a wait; doubles for each further one, up to the ceiling. */
const RATE_LIMITED_BASE_MS = 1_000;
const RATE_LIMITED_CEILING_MS = 15_000;

/**
 * Limits all calls of a run together: one quota, one circuit breaker, one concurrency limit, one rate. Call
 * {@link acquire} before each call and {@link record} after it. Stops the run if access is denied or no call succeeds.
 */
export class FlowControl {
  readonly counts: CallCounts = { calls: 0, rateLimited: 0, failedCalls: 0, byStatus: new Map() };
  readonly #parts: FlowControlParts;
  readonly #permits: Permits;
  readonly #rate = new AdaptiveRate();
  readonly #waits: LongWaits;
  /** Consecutive 429s that each followed the last wait, without a success between them. */
  #rateLimitedInRow = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FlowControlParts) {
    this.#parts = parts;
    this.#waits = new LongWaits(parts.clock, parts.hooks);
    this.#permits = new Permits(parts.governor, this.#rate, this.#waits, parts.clock, parts.shutdown);
  }

  /** Maximum calls in flight now. */
  get concurrency(): number {
    return this.#parts.breaker.probing ? 1 : this.#parts.adaptive.limit;
  }

  /** Monotonic ms before which no call may be sent; 0 unless the circuit breaker probes. */
  get nextProbeMs(): number {
    return this.#parts.breaker.nextProbeMs;
  }

  /** Milliseconds during which at least one lane waited for the quota. */
  get quotaWaitMs(): number {
    return this.#permits.waitedMs;
  }

  /** Waits until a call may be sent, and counts it in the quota. Throws a StoppedError if the run stops. */
  async acquire(): Promise<void> {
    await this.#permits.acquire();
  }

  /** Counts a call. Call it directly before a request is sent. */
  countSend(): void {
    this.counts.calls += 1;
  }

  /** Records the result of a call. Call it once for each call. */
  record(trace: CallTrace, effect: CallEffect): void {
    const { adaptive, breaker, governor } = this.#parts;
    const { status } = trace;
    if (status !== undefined) this.counts.byStatus.set(status, (this.counts.byStatus.get(status) ?? 0) + 1);
    if (trace.waitMs !== undefined) this.#waits.began(trace.waitMs, trace.waitHeader ?? "Retry-After");
    if (trace.quota !== undefined) governor.update(trace.quota, trace.sentAtMs);
    // A 429 is the quota's job, and a time-out or a lost connection is not evidence of a rate limit.
    const isServerError = effect.kind === "indeterminate" && status !== undefined;
    if (isServerError || effect.kind === "passed") this.#rate.record(trace, isServerError);
    adaptive.record(trace, effect.kind === "indeterminate" || effect.kind === "not-executed");
    if (effect.kind !== "passed") {
      this.#recordFailure(trace, effect);
      return;
    }
    this.#rateLimitedInRow = 0;
    breaker.recordSuccess();
  }

  #recordFailure(trace: CallTrace, effect: Exclude<CallEffect, { kind: "passed" }>): void {
    const { breaker, clock, shutdown } = this.#parts;
    if (effect.failure.code === "http_429") this.#recordRateLimited(trace);
    else this.counts.failedCalls += 1;
    const decision = breaker.recordFailure({
      kind: effect.kind === "access-denied" ? "access-denied" : "no-response",
      sentAtMs: trace.sentAtMs,
      nowMs: clock.nowMs(),
      announcedMs: trace.waitMs,
    });
    if (decision === "continue" || shutdown.drain.aborted) return;
    const cause = `${effect.failure.code}: ${effect.failure.message}`;
    shutdown.drainNow(
      decision === "stop-access-denied"
        ? {
            kind: "refused",
            message: `Mimecast rejected the credentials or permissions (${cause}). Check the credentials, and that the role of the application has the permission ${this.#parts.permission}`,
          }
        : {
            kind: "unreachable",
            message: `Mimecast is not reachable: no call succeeds (${cause}). ${adviceFor(effect)}`,
          },
    );
  }

  /**
   * Honours the server's wait. The breaker gets that wait alone, because with our own backoff it would never give up.
   * If Mimecast answers 429 again after a wait of the given length (e.g. seconds sent as milliseconds), our own backoff
   * applies too. Concurrent 429s count once.
   */
  #recordRateLimited({ arrivedAtMs, sentAtMs, waitMs }: CallTrace): void {
    this.counts.rateLimited += 1;
    if (sentAtMs >= this.#pausedUntilMs) this.#rateLimitedInRow += 1;
    const needsBackoff = waitMs === undefined || this.#rateLimitedInRow > 1;
    const ownBackoffMs = Math.min(
      RATE_LIMITED_CEILING_MS,
      RATE_LIMITED_BASE_MS * 2 ** Math.max(0, this.#rateLimitedInRow - 1),
    );
    const untilMs = arrivedAtMs + Math.max(waitMs ?? 0, needsBackoff ? ownBackoffMs : 0);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    this.#parts.governor.pauseUntil(untilMs);
  }
}

function adviceFor({ kind, failure }: Exclude<CallEffect, { kind: "passed" }>): string {
  if (kind === "transient")
    return /^http_4/.test(failure.code)
      ? "A proxy or gateway in front of Mimecast answers in its place: check MIMECAST_BASE_URL or MIMECAST_REGION, and the proxy"
      : "Such errors are usually transient. If this one stays, check the application's id and keys";
  return failure.code === "http_429"
    ? "Other integrations use the account's whole quota. Run this command when they don't, or ask Mimecast for a larger quota"
    : "Check the network, the proxy and the base URL or region";
}

/** Delays calls until the quota and the rate allow them, and measures how long the quota delayed them. */
export class Permits {
  readonly #governor: QuotaGovernor;
  readonly #rate: AdaptiveRate;
  readonly #waits: LongWaits;
  readonly #clock: Clock;
  readonly #shutdown: Shutdown;
  #waiting = 0;
  #waitingSinceMs = 0;
  #waitedBeforeMs = 0;

  constructor(
    governor: QuotaGovernor,
    rate: AdaptiveRate,
    waits: LongWaits,
    clock: Clock,
    shutdown: Shutdown,
  ) {
    this.#waits = waits;
    this.#governor = governor;
    this.#rate = rate;
    this.#clock = clock;
    this.#shutdown = shutdown;
  }

  /** Milliseconds during which at least one lane waited for the quota. */
  get waitedMs(): number {
    return this.#waitedBeforeMs + (this.#waiting > 0 ? this.#clock.nowMs() - this.#waitingSinceMs : 0);
  }

  /** Waits until a call may be sent, and counts it as sent. Throws a StoppedError if the run stops. */
  async acquire(): Promise<void> {
    this.#shutdown.throwIfStopped();
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const rateMs = this.#rate.waitMs(nowMs);
      // The quota comes last, because it counts the call as sent.
      const quotaMs = rateMs > 0 ? 0 : this.#governor.tryAcquire(nowMs);
      if (rateMs === 0 && quotaMs === 0) {
        this.#rate.sent(nowMs);
        return;
      }
      if (quotaMs > 0) await this.#waitForQuota(quotaMs);
      else await this.#clock.sleep(rateMs, this.#shutdown.drain);
      this.#shutdown.throwIfStopped();
    }
  }

  async #waitForQuota(waitMs: number): Promise<void> {
    if (this.#waiting === 0) this.#waitingSinceMs = this.#clock.nowMs();
    this.#waiting += 1;
    this.#waits.began(waitMs, "quota");
    await this.#clock.sleep(waitMs, this.#shutdown.drain);
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#waitedBeforeMs += this.#clock.nowMs() - this.#waitingSinceMs;
  }
}
