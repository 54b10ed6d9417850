import { realClock } from "../../src/cli/system-clock.ts";
import type { Clock } from "../../src/domain/clock.ts";

/** A clock on which a second takes a `factor`-th of one: minutes of patience end while the test looks on. */
export function hastyClock(factor: number): Clock {
  const startMs = realClock.nowMs();
  const startEpochMs = realClock.epochMs();
  return {
    nowMs: () => startMs + (realClock.nowMs() - startMs) * factor,
    epochMs: () => startEpochMs + (realClock.epochMs() - startEpochMs) * factor,
    sleep: (ms, signal) => realClock.sleep(ms / factor, signal),
  };
}

/** Resolves after so many real milliseconds. */
export function realPause(ms: number): Promise<void> {
  return realClock.sleep(ms);
}

/** Resolves once the condition holds. Throws if that takes more than `patienceMs`. */
export async function until(what: string, holds: () => boolean, patienceMs = 20_000): Promise<void> {
  const endMs = realClock.nowMs() + patienceMs;
  while (!holds()) {
    if (realClock.nowMs() > endMs) throw new Error(`in vain: ${what}`);
    await realClock.sleep(5);
  }
}
