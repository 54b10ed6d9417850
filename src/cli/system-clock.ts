import { setMaxListeners } from "node:events";
import type { Clock } from "../domain/clock.ts";

/** Longest time of a timer: Node fires longer ones immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Clock of the operating system. */
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
      // A signal outlives thousands of timers, so their listeners would accumulate.
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    if (signal === undefined) return;
    // All lanes may wait for the quota at once. Node would report a leak from the eleventh listener on.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", done);
  });
}
