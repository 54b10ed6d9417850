import type { Clock } from "../domain/clock.ts";

/** Wakes one waiting loop, or lets it time out. A notification without a waiter is stored for the next wait. */
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

  /** Resolves at the next notification or after `timeoutMs`; without a time-out, only at a notification. */
  async wait(timeoutMs: number | undefined): Promise<void> {
    if (!this.#notified) {
      const notified = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await (timeoutMs === undefined ? notified : this.#orAfter(timeoutMs, notified));
    }
    this.#notified = false;
    this.#wake = undefined;
  }

  async #orAfter(timeoutMs: number, notified: Promise<void>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([notified, this.#clock.sleep(timeoutMs, timer.signal)]);
    timer.abort();
  }
}
