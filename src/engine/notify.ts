import type { Clock } from "../domain/clock.ts";

/** Lets one loop wait until something happened, or for a time. A ring that nobody waits for is kept. */
export class Notify {
  readonly #clock: Clock;
  #notified = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, or after `ms`. Without `ms` it waits for a ring alone. */
  async wait(ms: number | undefined): Promise<void> {
    if (!this.#notified) {
      const rung = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await (ms === undefined ? rung : this.#orAfter(ms, rung));
    }
    this.#notified = false;
    this.#wake = undefined;
  }

  async #orAfter(ms: number, rung: Promise<void>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([rung, this.#clock.sleep(ms, timer.signal)]);
    timer.abort();
  }
}
