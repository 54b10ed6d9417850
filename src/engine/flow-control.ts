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
  /** As the console calls it: what to check where the account is refused. */
  readonly permission: string;
  readonly hooks: WaitHooks;
}

/** What a call meant for the others: it got through, or it did not, and why. */
export type CallEffect = { readonly kind: "passed" } | Exclude<CallFailure, { readonly kind: "rejected" }>;

/** Calls of a run, counted while it goes on. */
export interface CallCounts {
  calls: number;
  /** Answered 429. */
  rateLimited: number;
  /** That got nowhere for other reasons: no connection, no usable answer, the account refused. */
  failedCalls: number;
  /** Answers by HTTP status. */
  readonly byStatus: Map<number, number>;
}

/** The first wait after a 429 that told nothing; it doubles with each further one, up to the ceiling. */
const RATE_LIMITED_BASE_MS = 1_000;
const RATE_LIMITED_CEILING_MS = 15_000;

/**
 * What all calls of a run have in common, whatever they are for: one quota, one breaker, one number of lanes, one
 * rate. It is asked before each call and told of each answer, and stops the run where the account is refused or
 * nothing gets through any more.
 */
export class FlowControl {
  readonly counts: CallCounts = { calls: 0, rateLimited: 0, failedCalls: 0, byStatus: new Map() };
  readonly #parts: FlowControlParts;
  readonly #permits: Permits;
  readonly #rate = new AdaptiveRate();
  readonly #waits: LongWaits;
  /** Times that calls were throttled after the last wait, without one in between that got through. */
  #rateLimitedInRow = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FlowControlParts) {
    this.#parts = parts;
    this.#waits = new LongWaits(parts.clock, parts.hooks);
    this.#permits = new Permits(parts.governor, this.#rate, this.#waits, parts.clock, parts.shutdown);
  }

  /** Calls that may be in flight now. */
  get concurrency(): number {
    return this.#parts.breaker.probing ? 1 : this.#parts.adaptive.limit;
  }

  /** Monotonic ms before which nothing may be sent; 0 as a rule. */
  get nextProbeMs(): number {
    return this.#parts.breaker.nextProbeMs;
  }

  /** Milliseconds during which at least one lane was held back to stay within the quota. */
  get quotaWaitMs(): number {
    return this.#permits.waitedMs;
  }

  /** Resolves when a call may be sent: in the quota it counts as sent. Throws a StoppedError once nothing may. */
  async acquire(): Promise<void> {
    await this.#permits.acquire();
  }

  /** To be told directly before a request leaves. */
  countSend(): void {
    this.counts.calls += 1;
  }

  /** To be told of every call that came to an end. */
  record(trace: CallTrace, effect: CallEffect): void {
    const { breaker, governor, adaptive: lanes } = this.#parts;
    const { status } = trace;
    if (status !== undefined) this.counts.byStatus.set(status, (this.counts.byStatus.get(status) ?? 0) + 1);
    if (trace.waitMs !== undefined) this.#waits.began(trace.waitMs, trace.waitHeader ?? "Retry-After");
    if (trace.quota !== undefined) governor.update(trace.quota, trace.sentAtMs);
    // A 429 is the quota's concern, and a time-out or a lost connection says nothing of a limit.
    const isServerTrouble = effect.kind === "indeterminate" && status !== undefined;
    if (isServerTrouble || effect.kind === "passed") this.#rate.took(trace, isServerTrouble);
    lanes.record(trace, effect.kind === "indeterminate" || effect.kind === "not-executed");
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
    const verdict = breaker.recordFailure({
      kind: effect.kind === "access-denied" ? "access-denied" : "no-response",
      sentAtMs: trace.sentAtMs,
      nowMs: clock.nowMs(),
      announcedMs: trace.waitMs,
    });
    if (verdict === "continue" || shutdown.drain.aborted) return;
    const said = `${effect.failure.code}: ${effect.failure.message}`;
    shutdown.drainNow(
      verdict === "stop-access-denied"
        ? {
            kind: "refused",
            message: `Mimecast refuses the account (${said}). Check the credentials, and that the role of the application has the permission ${this.#parts.permission}`,
          }
        : {
            kind: "unreachable",
            message: `nothing gets through to Mimecast (${said}). ${adviceFor(effect)}`,
          },
    );
  }

  /**
   * The server's own wait is kept, and only that goes to the breaker: one of ours would outlast its patience for
   * ever. But where calls are throttled again after they waited as told (seconds taken for milliseconds, say), the
   * wait is one of ours as well. Calls that were under way together count as one.
   */
  #recordRateLimited({ arrivedAtMs, sentAtMs, waitMs }: CallTrace): void {
    this.counts.rateLimited += 1;
    if (sentAtMs >= this.#pausedUntilMs) this.#rateLimitedInRow += 1;
    const isToldInVain = waitMs === undefined || this.#rateLimitedInRow > 1;
    const assumedMs = Math.min(
      RATE_LIMITED_CEILING_MS,
      RATE_LIMITED_BASE_MS * 2 ** Math.max(0, this.#rateLimitedInRow - 1),
    );
    const untilMs = arrivedAtMs + Math.max(waitMs ?? 0, isToldInVain ? assumedMs : 0);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    this.#parts.governor.pauseUntil(untilMs);
  }
}

function adviceFor({ kind, failure }: Exclude<CallEffect, { kind: "passed" }>): string {
  if (kind === "transient")
    return /^http_4/.test(failure.code)
      ? "Something in front of Mimecast answers in its place: check MIMECAST_BASE_URL or MIMECAST_REGION, and the proxy"
      : "Such errors pass by themselves as a rule; if this one stays, check the application's id and keys";
  return failure.code === "http_429"
    ? "Other integrations take the account's whole quota: run this when they don't, or ask Mimecast for a larger one"
    : "Check the network, the proxy and the base URL or region";
}

/** Lets calls through as the quota and the rate allow, and tells how long the quota held them back. */
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

  /** Milliseconds during which the quota held at least one lane back. */
  get waitedMs(): number {
    return this.#waitedBeforeMs + (this.#waiting > 0 ? this.#clock.nowMs() - this.#waitingSinceMs : 0);
  }

  /** Resolves when a call may be sent: it counts as sent. Throws a StoppedError once nothing is sent any more. */
  async acquire(): Promise<void> {
    this.#shutdown.throwIfStopped();
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const turnMs = this.#rate.waitMs(nowMs);
      // The quota is asked last, because it counts the call as sent.
      const quotaMs = turnMs > 0 ? 0 : this.#governor.tryAcquire(nowMs);
      if (turnMs === 0 && quotaMs === 0) {
        this.#rate.sent(nowMs);
        return;
      }
      if (quotaMs > 0) await this.#waitForQuota(quotaMs);
      else await this.#clock.sleep(turnMs, this.#shutdown.drain);
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
