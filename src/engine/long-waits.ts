import type { Clock } from "../domain/clock.ts";
import type { LongWait, WaitHooks } from "../domain/long-wait.ts";

/** Waits longer than this are announced. */
const LONG_MS = 30_000;
/** A wait that ends within this time of an announced one is the same wait: dozens of calls in flight report it. */
const SAME_END_MS = 10_000;

/** Announces waits of more than 30 s, each once. */
export class LongWaits {
  readonly #clock: Clock;
  readonly #hooks: WaitHooks;
  #announcedEndMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, hooks: WaitHooks) {
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Announces the wait if it is long and was not announced yet. */
  began(waitMs: number, source: LongWait["source"]): void {
    const endMs = this.#clock.nowMs() + waitMs;
    if (waitMs <= LONG_MS || endMs <= this.#announcedEndMs + SAME_END_MS) return;
    this.#announcedEndMs = endMs;
    this.#hooks.waiting({ waitMs, source, endEpochMs: this.#clock.epochMs() + waitMs });
  }
}
