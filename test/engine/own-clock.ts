import type { Clock } from "../../src/domain/clock.ts";

/** A clock that stands still until the test moves it. */
export class OwnClock implements Clock {
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly done: () => void }[] = [];

  /** Sleeps that are neither over nor given up. */
  get sleeping(): number {
    return this.#timers.length;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = { dueMs: this.#nowMs + ms, done: resolve };
      this.#timers.push(timer);
      signal?.addEventListener("abort", () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        resolve();
      });
    });
  }

  /** Moves on, ends the sleeps that are over, and lets all that waited for them go on. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    const over = this.#timers.filter(({ dueMs }) => dueMs <= this.#nowMs);
    this.#timers = this.#timers.filter(({ dueMs }) => dueMs > this.#nowMs);
    for (const { done } of over) done();
    await settled();
  }
}

/** Resolves when everything that can go on without time passing has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
