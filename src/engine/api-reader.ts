import type { CallOptions } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { CallFailure, CallTrace, ReadExchange } from "../domain/response.ts";
import { AdaptiveConcurrency } from "./adaptive-concurrency.ts";
import { backoffMs, type RetryPolicy } from "./backoff.ts";
import { type BreakerRules, CircuitBreaker } from "./circuit-breaker.ts";
import { FlowControl } from "./flow-control.ts";
import { QuotaGovernor, type QuotaRules, type QuotaSnapshot } from "./quota.ts";
import { type Shutdown, StoppedError } from "./shutdown.ts";

export interface ReadRules {
  /** Calls in flight, at most. */
  readonly concurrency: number;
  readonly quota: QuotaRules;
  readonly breaker: BreakerRules;
  readonly retry: RetryPolicy;
}

export interface ApiReaderParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly shutdown: Shutdown;
  /** As the console calls it: what to check where the account is refused. */
  readonly permission: string;
  readonly hooks: ReadHooks;
}

/** Is told what happens, for people's eyes. `what` is what the call asks for. */
export interface ReadHooks extends WaitHooks {
  /** A call did not give what it asked for, and is made again. */
  onRetry(what: string, failure: Failure): void;
}

/** What a call that only reads came to in the end. */
export type ReadResult<T> = { readonly kind: "read"; readonly value: T } | ReadFailure;

/** Why it came to nothing. */
export interface ReadFailure {
  /**
   * `failed`: Mimecast refuses what is asked for, or can't answer it though others got through · `unreachable`:
   * no answer ever came · `access-denied`: the account may not have it.
   */
  readonly kind: "failed" | "unreachable" | "access-denied";
  readonly failure: Failure;
  readonly attempts: number;
}

/** Makes one call. */
export type ReadCall<T> = (control: CallOptions) => Promise<ReadExchange<T>>;

/** One refusal may be the account's, just revoked; the second, with others between, is what was asked for. */
const MIN_DENIALS = 2;

/**
 * Makes calls that only read, and makes each again as import does with a row: under one quota, one breaker and
 * one number of lanes for all of them, with the same waits, until it is answered or has failed for good.
 */
export class ApiReader {
  readonly #rules: ReadRules;
  readonly #parts: ApiReaderParts;
  readonly #governor: QuotaGovernor;
  readonly #flowControl: FlowControl;
  #inFlight = 0;
  #passedCount = 0;
  /** Those that wait for a lane. */
  #waiting: (() => void)[] = [];

  constructor(rules: ReadRules, parts: ApiReaderParts) {
    const { clock, permission, shutdown, hooks } = parts;
    this.#rules = rules;
    this.#parts = parts;
    this.#governor = new QuotaGovernor(rules.quota);
    const breaker = new CircuitBreaker(rules.breaker);
    const lanes = new AdaptiveConcurrency(rules.concurrency);
    this.#flowControl = new FlowControl({
      governor: this.#governor,
      breaker,
      adaptive: lanes,
      clock,
      shutdown,
      permission,
      hooks,
    });
  }

  get callCount(): number {
    return this.#flowControl.counts.calls;
  }

  /** Undefined as long as no answer told of a quota. */
  get quota(): QuotaSnapshot | undefined {
    return this.#governor.snapshot(this.#parts.clock.nowMs());
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
    const { clock, random, shutdown, hooks } = this.#parts;
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
        case "access-denied":
          if (refusedAfter !== this.#passedCount) refusals += 1;
          refusedAfter = this.#passedCount;
          if (refusals >= Math.max(MIN_DENIALS, retry.maxAttempts))
            return { kind: "access-denied", failure, attempts: attempts + refusals };
          break;
        default: {
          attempts += 1;
          // Before what it came to: a call that was given up says nothing of Mimecast.
          shutdown.throwIfStopped();
          if (!failure.retryable || attempts >= retry.maxAttempts)
            return { kind: this.#endOf(answer, trace), failure, attempts };
          hooks.onRetry(what, failure);
          await clock.sleep(backoffMs(retry, attempts, random(), trace.waitMs), shutdown.drain);
        }
      }
    }
  }

  /** Where nothing was answered at all, or nothing ever got through, it is not what was asked for. */
  #endOf(answer: CallFailure, { status }: CallTrace): ReadFailure["kind"] {
    if (answer.kind !== "indeterminate" && answer.kind !== "transient") return "failed";
    return status === undefined || this.#passedCount === 0 ? "unreachable" : "failed";
  }

  async #inLane<T>(call: ReadCall<T>): Promise<ReadExchange<T>> {
    const { shutdown } = this.#parts;
    await this.#takeLane();
    try {
      const exchange = await call({
        signal: shutdown.abort,
        drainSignal: shutdown.drain,
        beforeSend: async () => {
          await this.#flowControl.acquire();
          this.#flowControl.countSend();
        },
      });
      this.#record(exchange);
      return exchange;
    } finally {
      this.#inFlight -= 1;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  #record<T>({ answer, ...trace }: ReadExchange<T>): void {
    const isJudged = answer.kind === "passed" || answer.kind === "rejected";
    if (isJudged) this.#passedCount += 1;
    this.#flowControl.record(trace, isJudged ? { kind: "passed" } : answer);
  }

  /** Resolves when a lane was free, which is taken then. */
  async #takeLane(): Promise<void> {
    const { clock, shutdown } = this.#parts;
    for (;;) {
      shutdown.throwIfStopped();
      const waitMs = this.#flowControl.nextProbeMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, shutdown.drain);
      else if (this.#inFlight < this.#flowControl.concurrency) break;
      else await shutdown.untilDrained(new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
    // Not after a further await, in which others would find the same lane free.
    this.#inFlight += 1;
  }
}
