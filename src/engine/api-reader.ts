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
  /** Maximum calls in flight. */
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
  /** The permission's name in the console, for the advice when access is denied. */
  readonly permission: string;
  readonly hooks: ReadHooks;
}

/** Callbacks for the console. `what` names what the call reads. */
export interface ReadHooks extends WaitHooks {
  /** A call failed and will be retried. */
  onRetry(what: string, failure: Failure): void;
}

/** The final result of a call that only reads. */
export type ReadResult<T> = { readonly kind: "read"; readonly value: T } | ReadFailure;

/** The reason why a read failed permanently. */
export interface ReadFailure {
  /**
   * `failed`: Mimecast rejects this read, or can't answer it although other calls succeed · `unreachable`: no call
   * was answered · `access-denied`: the account has no access.
   */
  readonly kind: "failed" | "unreachable" | "access-denied";
  readonly failure: Failure;
  readonly attempts: number;
}

/** A function that makes one call. */
export type ReadCall<T> = (control: CallOptions) => Promise<ReadExchange<T>>;

/** A first denial may mean that the account was just revoked. A second one, with successes between, is about this read. */
const MIN_DENIALS = 2;

/**
 * Makes calls that only read, and retries each as import retries a row, until it succeeds or fails permanently. All
 * calls share one quota, one circuit breaker, one concurrency limit and the same backoff.
 */
export class ApiReader {
  readonly #rules: ReadRules;
  readonly #parts: ApiReaderParts;
  readonly #governor: QuotaGovernor;
  readonly #flowControl: FlowControl;
  #inFlight = 0;
  #successCount = 0;
  /** Wakes the calls that wait for a lane. */
  #waiting: (() => void)[] = [];

  constructor(rules: ReadRules, parts: ApiReaderParts) {
    const { clock, permission, shutdown, hooks } = parts;
    this.#rules = rules;
    this.#parts = parts;
    this.#governor = new QuotaGovernor(rules.quota);
    const breaker = new CircuitBreaker(rules.breaker);
    this.#flowControl = new FlowControl({
      governor: this.#governor,
      breaker,
      adaptive: new AdaptiveConcurrency(rules.concurrency),
      clock,
      shutdown,
      permission,
      hooks,
    });
  }

  get callCount(): number {
    return this.#flowControl.counts.calls;
  }

  /** The quota; undefined until a response reports one. */
  get quota(): QuotaSnapshot | undefined {
    return this.#governor.snapshot(this.#parts.clock.nowMs());
  }

  /** Makes a call until it succeeds or fails permanently. Throws a StoppedError with `at` = `what` if the run stops. */
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
    let denials = 0;
    let successesAtDenial = -1;
    for (;;) {
      const { answer, ...trace } = await this.#inLane(call);
      if (answer.kind === "passed") return { kind: "read", value: answer.value };
      const { failure } = answer;
      switch (answer.kind) {
        case "not-executed":
          break;
        case "access-denied":
          if (successesAtDenial !== this.#successCount) denials += 1;
          successesAtDenial = this.#successCount;
          if (denials >= Math.max(MIN_DENIALS, retry.maxAttempts))
            return { kind: "access-denied", failure, attempts: attempts + denials };
          break;
        default: {
          attempts += 1;
          // Before the result is used: an aborted call is not evidence about Mimecast.
          shutdown.throwIfStopped();
          if (!failure.retryable || attempts >= retry.maxAttempts)
            return { kind: this.#failureKind(answer, trace), failure, attempts };
          hooks.onRetry(what, failure);
          await clock.sleep(backoffMs(retry, attempts, random(), trace.waitMs), shutdown.drain);
        }
      }
    }
  }

  /** Returns `unreachable` where this call had no response or no call ever succeeded: then this read is not the cause. */
  #failureKind(answer: CallFailure, { status }: CallTrace): ReadFailure["kind"] {
    if (answer.kind !== "indeterminate" && answer.kind !== "transient") return "failed";
    return status === undefined || this.#successCount === 0 ? "unreachable" : "failed";
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
    const isConclusive = answer.kind === "passed" || answer.kind === "rejected";
    if (isConclusive) this.#successCount += 1;
    this.#flowControl.record(trace, isConclusive ? { kind: "passed" } : answer);
  }

  /** Waits for a free lane and takes it. */
  async #takeLane(): Promise<void> {
    const { clock, shutdown } = this.#parts;
    for (;;) {
      shutdown.throwIfStopped();
      const waitMs = this.#flowControl.nextProbeMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, shutdown.drain);
      else if (this.#inFlight < this.#flowControl.concurrency) break;
      else await shutdown.untilDrained(new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
    // Without an await since the check: otherwise another call could take the same lane.
    this.#inFlight += 1;
  }
}
