import type { CallControl } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { WaitWatch } from "../domain/long-wait.ts";
import type { CallTrace, ReadExchange, WholeAnswer } from "../domain/response.ts";
import { LaneCount } from "./adaptive-concurrency.ts";
import { backoffMs, type RetryPolicy } from "./backoff.ts";
import { Breaker, type BreakerRules } from "./circuit-breaker.ts";
import { Traffic } from "./flow-control.ts";
import { QuotaGovernor, type QuotaRules, type QuotaView } from "./quota.ts";
import { type Stop, StoppedError } from "./shutdown.ts";

export interface ReadRules {
  /** Calls in flight, at most. */
  readonly concurrency: number;
  readonly quota: QuotaRules;
  readonly breaker: BreakerRules;
  readonly retry: RetryPolicy;
}

export interface ReadParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly stop: Stop;
  /** As the console calls it: what to check where the account is refused. */
  readonly permission: string;
  readonly watch: ReadWatch;
}

/** Is told what happens, for people's eyes. `what` is what the call asks for. */
export interface ReadWatch extends WaitWatch {
  /** A call did not give what it asked for, and is made again. */
  retrying(what: string, failure: Failure): void;
}

/** What a call that only reads came to in the end. */
export type ReadResult<T> = { readonly kind: "read"; readonly value: T } | Unread;

/** Why it came to nothing. */
export interface Unread {
  /**
   * `failed`: Mimecast refuses what is asked for, or can't answer it though others got through · `unreachable`:
   * no answer ever came · `refused`: the account may not have it.
   */
  readonly kind: "failed" | "unreachable" | "refused";
  readonly failure: Failure;
  readonly attempts: number;
}

/** Makes one call. */
export type ReadCall<T> = (control: CallControl) => Promise<ReadExchange<T>>;

/** One refusal may be the account's, just revoked; the second, with others between, is what was asked for. */
const FEWEST_REFUSALS = 2;

/**
 * Makes calls that only read, and makes each again as import does with a row: under one quota, one breaker and
 * one number of lanes for all of them, with the same waits, until it is answered or has failed for good.
 */
export class Reads {
  readonly #rules: ReadRules;
  readonly #parts: ReadParts;
  readonly #governor: QuotaGovernor;
  readonly #traffic: Traffic;
  #inFlight = 0;
  #passedCount = 0;
  /** Those that wait for a lane. */
  #waiting: (() => void)[] = [];

  constructor(rules: ReadRules, parts: ReadParts) {
    const { clock, permission, stop, watch } = parts;
    this.#rules = rules;
    this.#parts = parts;
    this.#governor = new QuotaGovernor(rules.quota);
    const breaker = new Breaker(rules.breaker);
    const lanes = new LaneCount(rules.concurrency);
    this.#traffic = new Traffic({ governor: this.#governor, breaker, lanes, clock, stop, permission, watch });
  }

  get callCount(): number {
    return this.#traffic.counts.calls;
  }

  /** Undefined as long as no answer told of a quota. */
  get quota(): QuotaView | undefined {
    return this.#governor.view(this.#parts.clock.nowMs());
  }

  /** Throws a StoppedError `at` this once nothing may be sent any more: the stop's reasons say why. */
  async read<T>(what: string, call: ReadCall<T>): Promise<ReadResult<T>> {
    try {
      return await this.#untilRead(what, call);
    } catch (error) {
      throw error instanceof StoppedError ? new StoppedError(error.message, what) : error;
    }
  }

  async #untilRead<T>(what: string, call: ReadCall<T>): Promise<ReadResult<T>> {
    const { clock, random, stop, watch } = this.#parts;
    const { retry } = this.#rules;
    let attempts = 0;
    let refusals = 0;
    let refusedAfter = -1;
    for (;;) {
      const { answer, ...trace } = await this.#inLane(call);
      if (answer.kind === "passed") return { kind: "read", value: answer.value };
      const { failure } = answer;
      switch (answer.kind) {
        case "not-executed":
          break;
        case "refused":
          if (refusedAfter !== this.#passedCount) refusals += 1;
          refusedAfter = this.#passedCount;
          if (refusals >= Math.max(FEWEST_REFUSALS, retry.maxAttempts))
            return { kind: "refused", failure, attempts: attempts + refusals };
          break;
        default: {
          attempts += 1;
          // Before what it came to: a call that was given up says nothing of Mimecast.
          stop.throwIfStopped();
          if (!failure.retryable || attempts >= retry.maxAttempts)
            return { kind: this.#endOf(answer, trace), failure, attempts };
          watch.retrying(what, failure);
          await clock.sleep(backoffMs(retry, attempts, random(), trace.waitMs), stop.sending);
        }
      }
    }
  }

  /** Where nothing was answered at all, or nothing ever got through, it is not what was asked for. */
  #endOf(answer: WholeAnswer, { status }: CallTrace): Unread["kind"] {
    if (answer.kind !== "unanswered" && answer.kind !== "hindered") return "failed";
    return status === undefined || this.#passedCount === 0 ? "unreachable" : "failed";
  }

  async #inLane<T>(call: ReadCall<T>): Promise<ReadExchange<T>> {
    const { stop } = this.#parts;
    await this.#takeLane();
    try {
      const exchange = await call({
        signal: stop.calls,
        sending: stop.sending,
        beforeSend: async () => {
          await this.#traffic.permit();
          this.#traffic.leaving();
        },
      });
      this.#took(exchange);
      return exchange;
    } finally {
      this.#inFlight -= 1;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  #took<T>({ answer, ...trace }: ReadExchange<T>): void {
    const isJudged = answer.kind === "passed" || answer.kind === "failed";
    if (isJudged) this.#passedCount += 1;
    this.#traffic.took(trace, isJudged ? { kind: "passed" } : answer);
  }

  /** Resolves when a lane was free, which is taken then. */
  async #takeLane(): Promise<void> {
    const { clock, stop } = this.#parts;
    for (;;) {
      stop.throwIfStopped();
      const waitMs = this.#traffic.nextProbeMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, stop.sending);
      else if (this.#inFlight < this.#traffic.laneCount) break;
      else await stop.orStopped(new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
    // Not after a further await, in which others would find the same lane free.
    this.#inFlight += 1;
  }
}
