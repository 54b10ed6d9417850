import { setMaxListeners } from "node:events";
import type { Clock } from "../domain/clock.ts";

/** A timer beyond this fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  async sleep(ms, signal) {
    let leftMs = ms;
    while (leftMs > 0 && signal?.aborted !== true) {
      await timer(Math.min(leftMs, MAX_TIMER_MS), signal);
      leftMs -= MAX_TIMER_MS;
    }
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(handle);
      // A signal outlives thousands of timers: what they leave on it would add up.
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    if (signal === undefined) return;
    // As many lanes as there are may wait for the quota; from the eleventh on Node would warn of a leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", done);
  });
}
