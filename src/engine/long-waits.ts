import type { Clock } from "../domain/clock.ts";
import type { LongWait, WaitWatch } from "../domain/long-wait.ts";

/** Longer waits than this are announced. */
const LONG_MS = 30_000;
/** A wait whose end is this near to one that was announced is the same: dozens of calls in flight are told of it. */
const SAME_END_MS = 10_000;

/** Announces waits of more than 30 s, each once. */
export class LongWaits {
  readonly #clock: Clock;
  readonly #watch: WaitWatch;
  #announcedEndMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, watch: WaitWatch) {
    this.#clock = clock;
    this.#watch = watch;
  }

  began(waitMs: number, source: LongWait["source"]): void {
    const endMs = this.#clock.nowMs() + waitMs;
    if (waitMs <= LONG_MS || endMs <= this.#announcedEndMs + SAME_END_MS) return;
    this.#announcedEndMs = endMs;
    this.#watch.waiting({ waitMs, source, endEpochMs: this.#clock.epochMs() + waitMs });
  }
}
