import type { Clock } from "../domain/clock.ts";
import type { WaitWatch } from "../domain/long-wait.ts";
import type { CallTrace, WholeAnswer } from "../domain/response.ts";
import type { LaneCount } from "./adaptive-concurrency.ts";
import { AdaptiveRate } from "./adaptive-rate.ts";
import type { Breaker } from "./circuit-breaker.ts";
import { LongWaits } from "./long-waits.ts";
import type { QuotaGovernor } from "./quota.ts";
import type { Stop } from "./shutdown.ts";

export interface TrafficParts {
  readonly governor: QuotaGovernor;
  readonly breaker: Breaker;
  readonly lanes: LaneCount;
  readonly clock: Clock;
  readonly stop: Stop;
  /** As the console calls it: what to check where the account is refused. */
  readonly permission: string;
  readonly watch: WaitWatch;
}

/** What a call meant for the others: it got through, or it did not, and why. */
export type CallEffect = { readonly kind: "passed" } | Exclude<WholeAnswer, { readonly kind: "failed" }>;

/** Calls of a run, counted while it goes on. */
export interface TrafficCounts {
  calls: number;
  /** Answered 429. */
  throttled: number;
  /** That got nowhere for other reasons: no connection, no usable answer, the account refused. */
  blocked: number;
  /** Answers by HTTP status. */
  readonly byStatus: Map<number, number>;
}

/** The first wait after a 429 that told nothing; it doubles with each further one, up to the ceiling. */
const THROTTLED_BASE_MS = 1_000;
const THROTTLED_CEILING_MS = 15_000;

/**
 * What all calls of a run have in common, whatever they are for: one quota, one breaker, one number of lanes, one
 * rate. It is asked before each call and told of each answer, and stops the run where the account is refused or
 * nothing gets through any more.
 */
export class Traffic {
  readonly counts: TrafficCounts = { calls: 0, throttled: 0, blocked: 0, byStatus: new Map() };
  readonly #parts: TrafficParts;
  readonly #permits: Permits;
  readonly #rate = new AdaptiveRate();
  readonly #waits: LongWaits;
  /** Times that calls were throttled after the last wait, without one in between that got through. */
  #throttledInRow = 0;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.#waits = new LongWaits(parts.clock, parts.watch);
    this.#permits = new Permits(parts.governor, this.#rate, this.#waits, parts.clock, parts.stop);
  }

  /** Calls that may be in flight now. */
  get laneCount(): number {
    return this.#parts.breaker.probing ? 1 : this.#parts.lanes.now;
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
  async permit(): Promise<void> {
    await this.#permits.next();
  }

  /** To be told directly before a request leaves. */
  leaving(): void {
    this.counts.calls += 1;
  }

  /** To be told of every call that came to an end. */
  took(trace: CallTrace, effect: CallEffect): void {
    const { breaker, governor, lanes } = this.#parts;
    const { status } = trace;
    if (status !== undefined) this.counts.byStatus.set(status, (this.counts.byStatus.get(status) ?? 0) + 1);
    if (trace.waitMs !== undefined) this.#waits.began(trace.waitMs, trace.waitHeader ?? "Retry-After");
    if (trace.quota !== undefined) governor.learn(trace.quota, trace.sentAtMs);
    // A 429 is the quota's concern, and a time-out or a lost connection says nothing of a limit.
    const isServerTrouble = effect.kind === "unanswered" && status !== undefined;
    if (isServerTrouble || effect.kind === "passed") this.#rate.took(trace, isServerTrouble);
    lanes.took(trace, effect.kind === "unanswered" || effect.kind === "not-executed");
    if (effect.kind !== "passed") {
      this.#blocked(trace, effect);
      return;
    }
    this.#throttledInRow = 0;
    breaker.passed();
  }

  #blocked(trace: CallTrace, effect: Exclude<CallEffect, { kind: "passed" }>): void {
    const { breaker, clock, stop } = this.#parts;
    if (effect.failure.code === "http_429") this.#throttled(trace);
    else this.counts.blocked += 1;
    const verdict = breaker.blocked({
      kind: effect.kind === "refused" ? "refused" : "no-answer",
      sentAtMs: trace.sentAtMs,
      nowMs: clock.nowMs(),
      announcedMs: trace.waitMs,
    });
    if (verdict === "go-on" || stop.sending.aborted) return;
    const said = `${effect.failure.code}: ${effect.failure.message}`;
    stop.stop(
      verdict === "give-up-refused"
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
  #throttled({ arrivedAtMs, sentAtMs, waitMs }: CallTrace): void {
    this.counts.throttled += 1;
    if (sentAtMs >= this.#heldUntilMs) this.#throttledInRow += 1;
    const isToldInVain = waitMs === undefined || this.#throttledInRow > 1;
    const assumedMs = Math.min(
      THROTTLED_CEILING_MS,
      THROTTLED_BASE_MS * 2 ** Math.max(0, this.#throttledInRow - 1),
    );
    const untilMs = arrivedAtMs + Math.max(waitMs ?? 0, isToldInVain ? assumedMs : 0);
    this.#heldUntilMs = Math.max(this.#heldUntilMs, untilMs);
    this.#parts.governor.hold(untilMs);
  }
}

function adviceFor({ kind, failure }: Exclude<CallEffect, { kind: "passed" }>): string {
  if (kind === "hindered")
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
  readonly #stop: Stop;
  #waiting = 0;
  #waitingSinceMs = 0;
  #waitedBeforeMs = 0;

  constructor(governor: QuotaGovernor, rate: AdaptiveRate, waits: LongWaits, clock: Clock, stop: Stop) {
    this.#waits = waits;
    this.#governor = governor;
    this.#rate = rate;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Milliseconds during which the quota held at least one lane back. */
  get waitedMs(): number {
    return this.#waitedBeforeMs + (this.#waiting > 0 ? this.#clock.nowMs() - this.#waitingSinceMs : 0);
  }

  /** Resolves when a call may be sent: it counts as sent. Throws a StoppedError once nothing is sent any more. */
  async next(): Promise<void> {
    this.#stop.throwIfStopped();
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const turnMs = this.#rate.waitMs(nowMs);
      // The quota is asked last, because it counts the call as sent.
      const quotaMs = turnMs > 0 ? 0 : this.#governor.request(nowMs);
      if (turnMs === 0 && quotaMs === 0) {
        this.#rate.sent(nowMs);
        return;
      }
      if (quotaMs > 0) await this.#waitForQuota(quotaMs);
      else await this.#clock.sleep(turnMs, this.#stop.sending);
      this.#stop.throwIfStopped();
    }
  }

  async #waitForQuota(waitMs: number): Promise<void> {
    if (this.#waiting === 0) this.#waitingSinceMs = this.#clock.nowMs();
    this.#waiting += 1;
    this.#waits.began(waitMs, "quota");
    await this.#clock.sleep(waitMs, this.#stop.sending);
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#waitedBeforeMs += this.#clock.nowMs() - this.#waitingSinceMs;
  }
}
