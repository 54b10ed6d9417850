import type { Clock } from "../domain/clock.ts";
import type { QuotaGovernor } from "./quota.ts";
import type { Stop } from "./stop.ts";

/** Lets calls through as the quota allows, and tells how long it held them back. */
export class Permits {
  readonly #governor: QuotaGovernor;
  readonly #clock: Clock;
  readonly #stop: Stop;
  #waiting = 0;
  #waitingSinceMs = 0;
  #waitedBeforeMs = 0;

  constructor(governor: QuotaGovernor, clock: Clock, stop: Stop) {
    this.#governor = governor;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Milliseconds during which at least one lane was held back. */
  get waitedMs(): number {
    return this.#waitedBeforeMs + (this.#waiting > 0 ? this.#clock.nowMs() - this.#waitingSinceMs : 0);
  }

  /** Resolves when a call may be sent: it counts as sent. Throws a StoppedError once nothing is sent any more. */
  async next(): Promise<void> {
    this.#stop.throwIfStopped();
    let waitMs = this.#governor.request(this.#clock.nowMs());
    if (this.#waiting === 0) this.#waitingSinceMs = this.#clock.nowMs();
    this.#waiting += 1;
    try {
      while (waitMs > 0) {
        await this.#clock.sleep(waitMs, this.#stop.sending);
        this.#stop.throwIfStopped();
        waitMs = this.#governor.request(this.#clock.nowMs());
      }
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#waitedBeforeMs += this.#clock.nowMs() - this.#waitingSinceMs;
    }
  }
}
