/** Abort callbacks of many calls, behind a single listener on their shared signal. */
export interface AbortListeners {
  /** Calls `onAbort` once if the signal aborts. Returns a function that removes the callback; a second call does nothing. */
  add(signal: AbortSignal, onAbort: () => void): () => void;
}

/**
 * Creates an empty registry. All calls of a run share its signal. One listener per call would cost more than this
 * set, and from the eleventh on Node would print a leak warning to standard error.
 */
export function createAbortListeners(): AbortListeners {
  const waiting = new WeakMap<AbortSignal, Set<() => void>>();
  const callsOf = (signal: AbortSignal): Set<() => void> => {
    const known = waiting.get(signal);
    if (known !== undefined) return known;
    const calls = new Set<() => void>();
    waiting.set(signal, calls);
    signal.addEventListener("abort", () => {
      for (const onAbort of calls) onAbort();
      calls.clear();
    });
    return calls;
  };
  return {
    add(signal, onAbort) {
      const calls = callsOf(signal);
      calls.add(onAbort);
      return () => {
        calls.delete(onAbort);
      };
    },
  };
}
