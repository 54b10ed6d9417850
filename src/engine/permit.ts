import type { Clock } from "../domain/clock.ts";
import type { AdaptiveRate } from "./adaptive-rate.ts";
import type { LongWaits } from "./long-waits.ts";
import type { QuotaGovernor } from "./quota.ts";
import type { Stop } from "./stop.ts";

/** Lets calls through as the quota and the rate allow, and tells how long the quota held them back. */
export class Permits {
  readonly #governor: QuotaGovernor;
  readonly #rate: AdaptiveRate;
  readonly #waits: LongWaits;
  readonly #clock: Clock;
  readonly #stop: Stop;
  #waiting = 0;
  #waitingSinceMs = 0;
  #waitedBeforeMs = 0;

  constructor(governor: QuotaGovernor, rate: AdaptiveRate, waits: LongWaits, clock: Clock, stop: Stop) {
    this.#waits = waits;
    this.#governor = governor;
    this.#rate = rate;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Milliseconds during which the quota held at least one lane back. */
  get waitedMs(): number {
    return this.#waitedBeforeMs + (this.#waiting > 0 ? this.#clock.nowMs() - this.#waitingSinceMs : 0);
  }

  /** Resolves when a call may be sent: it counts as sent. Throws a StoppedError once nothing is sent any more. */
  async next(): Promise<void> {
    this.#stop.throwIfStopped();
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const turnMs = this.#rate.waitMs(nowMs);
      // The quota is asked last, because it counts the call as sent.
      const quotaMs = turnMs > 0 ? 0 : this.#governor.request(nowMs);
      if (turnMs === 0 && quotaMs === 0) {
        this.#rate.sent(nowMs);
        return;
      }
      if (quotaMs > 0) await this.#waitForQuota(quotaMs);
      else await this.#clock.sleep(turnMs, this.#stop.sending);
      this.#stop.throwIfStopped();
    }
  }

  async #waitForQuota(waitMs: number): Promise<void> {
    if (this.#waiting === 0) this.#waitingSinceMs = this.#clock.nowMs();
    this.#waiting += 1;
    this.#waits.began(waitMs, "quota");
    await this.#clock.sleep(waitMs, this.#stop.sending);
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#waitedBeforeMs += this.#clock.nowMs() - this.#waitingSinceMs;
  }
}
