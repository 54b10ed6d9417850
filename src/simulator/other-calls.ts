import { drawn } from "./drawn.ts";

/** Calls that other integrations make with the same quota: so many at once, at some moment of each interval. */
export interface Others {
  readonly calls: number;
  /** At least 1. */
  readonly everyMs: number;
}

/** When the calls of other integrations come; the first interval begins at `startMs`. */
export class OtherCalls {
  readonly calls: number;
  readonly #everyMs: number;
  readonly #startMs: number;
  readonly #seed: number;
  #interval = 0;
  #nextAtMs: number;

  constructor({ calls, everyMs }: Others, startMs: number, seed: number) {
    this.calls = calls;
    this.#everyMs = everyMs;
    this.#startMs = startMs;
    this.#seed = seed;
    this.#nextAtMs = this.#momentOf(0);
  }

  /** The moment of the next calls where it has come by `nowMs`; it is used up by this. */
  takeNext(nowMs: number): number | undefined {
    const atMs = this.#nextAtMs;
    if (atMs > nowMs) return undefined;
    this.#goTo(this.#interval + 1);
    return atMs;
  }

  /** Forgets the calls of all intervals that ended by `ms`: after a long pause nobody asks for them. */
  skipTo(ms: number): void {
    const interval = Math.floor((ms - this.#startMs) / this.#everyMs);
    if (interval > this.#interval) this.#goTo(interval);
  }

  #goTo(interval: number): void {
    this.#interval = interval;
    this.#nextAtMs = this.#momentOf(interval);
  }

  #momentOf(interval: number): number {
    return this.#startMs + (interval + drawn(this.#seed, "others", interval)) * this.#everyMs;
  }
}
