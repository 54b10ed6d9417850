import type { Clock } from "../../src/domain/clock.ts";
import type { CallFailure, PageExchange, ReadExchange } from "../../src/domain/response.ts";
import { ApiReader, type ReadCall, type ReadRules } from "../../src/engine/api-reader.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";

/** A clock on which waiting takes no real time: it jumps to the end of the sleep. */
function jumpingClock(): Clock & { readonly sleptMs: number[] } {
  let nowMs = 0;
  const sleptMs: number[] = [];
  return {
    nowMs: () => nowMs,
    epochMs: () => nowMs,
    sleep: async (ms) => {
      sleptMs.push(ms);
      nowMs += ms;
    },
    sleptMs,
  };
}

export function readsOf(changes: Partial<ReadRules> = {}, shutdown = new Shutdown()) {
  const clock = jumpingClock();
  const retried: string[] = [];
  const reader = new TimedReads(
    clock,
    {
      concurrency: 4,
      quota: { reservePercent: 10 },
      breaker: DEFAULT_BREAKER,
      retry: { maxAttempts: 6, baseMs: 500, ceilingMs: 30_000 },
      ...changes,
    },
    {
      clock,
      random: () => 0.5,
      shutdown,
      permission: "Directories | Groups | Read",
      hooks: { onRetry: (what) => void retried.push(what), waiting: () => undefined },
    },
  );
  return { reader, clock, shutdown, retried };
}

/** Gives scripted exchanges the times at which they were made. */
class TimedReads extends ApiReader {
  readonly #clock: Clock;

  constructor(clock: Clock, ...rest: ConstructorParameters<typeof ApiReader>) {
    super(...rest);
    this.#clock = clock;
  }

  override read<T>(what: string, call: ReadCall<T>) {
    return super.read(what, async (control) => {
      const exchange = await call(control);
      const nowMs = this.#clock.nowMs();
      return exchange.sentAtMs === 0 ? { ...exchange, sentAtMs: nowMs, arrivedAtMs: nowMs } : exchange;
    });
  }
}

/** The exchange of a call that got this answer. */
export function exchange<T>(answer: ReadExchange<T>["answer"], trace: Partial<ReadExchange<T>> = {}) {
  return { answer, status: 200, sentAtMs: 0, arrivedAtMs: 0, ...trace };
}

export function passed<T>(value: T): ReadExchange<T> {
  return exchange({ kind: "passed", value });
}

export function page<T>(items: readonly T[], next?: string, totalCount?: number): PageExchange<T> {
  return passed({ items, next, totalCount });
}

export function troubled(kind: CallFailure["kind"], retryable = true): ReadExchange<never> {
  return exchange(
    { kind, failure: { code: "some_code", message: "some words", retryable } },
    { status: 500 },
  );
}

/** A call that gives one answer after the other; the last one again and again. */
export function scripted<T>(...exchanges: readonly ReadExchange<T>[]): ReadCall<T> & { count(): number } {
  let count = 0;
  const call: ReadCall<T> = async ({ beforeSend }) => {
    await beforeSend();
    const exchange = exchanges[Math.min(count, exchanges.length - 1)];
    if (exchange === undefined) throw new Error("nothing is scripted");
    count += 1;
    return exchange;
  };
  return Object.assign(call, { count: () => count });
}
