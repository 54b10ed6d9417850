/** Lets any number of calls wait for one signal with a single listener on it. */
export interface AbortListeners {
  /** Calls `abandon` once if the signal aborts. The result ends that; calling it again does nothing. */
  add(signal: AbortSignal, abandon: () => void): () => void;
}

/**
 * Many calls share their run's signal. A listener for each would cost more than this set, and from the
 * eleventh on Node would warn of a leak on standard error.
 */
export function createAbortListeners(): AbortListeners {
  const waiting = new WeakMap<AbortSignal, Set<() => void>>();
  const callsOf = (signal: AbortSignal): Set<() => void> => {
    const known = waiting.get(signal);
    if (known !== undefined) return known;
    const calls = new Set<() => void>();
    waiting.set(signal, calls);
    signal.addEventListener("abort", () => {
      for (const abandon of calls) abandon();
      calls.clear();
    });
    return calls;
  };
  return {
    add(signal, abandon) {
      const calls = callsOf(signal);
      calls.add(abandon);
      return () => {
        calls.delete(abandon);
      };
    },
  };
}
