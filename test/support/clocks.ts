import { systemClock } from "../../src/cli/system-clock.ts";
import type { Clock } from "../../src/domain/clock.ts";

/** A clock on which a second takes a `factor`-th of one: minutes of patience end while the test looks on. */
export function hastyClock(factor: number): Clock {
  const startMs = systemClock.nowMs();
  const startEpochMs = systemClock.epochMs();
  return {
    nowMs: () => startMs + (systemClock.nowMs() - startMs) * factor,
    epochMs: () => startEpochMs + (systemClock.epochMs() - startEpochMs) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}

/** Resolves after so many real milliseconds. */
export function realPause(ms: number): Promise<void> {
  return systemClock.sleep(ms);
}

/** Resolves once the condition holds. Throws if that takes more than `patienceMs`. */
export async function until(what: string, holds: () => boolean, patienceMs = 20_000): Promise<void> {
  const endMs = systemClock.nowMs() + patienceMs;
  while (!holds()) {
    if (systemClock.nowMs() > endMs) throw new Error(`in vain: ${what}`);
    await systemClock.sleep(5);
  }
}
