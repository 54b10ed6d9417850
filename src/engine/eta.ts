/** What the time that calls take depends on. */
export interface Pace {
  /** Undefined where the service has none. */
  readonly quota:
    | { readonly perWindow: number; readonly windowMs: number; readonly left: number }
    | undefined;
  /** Calls in flight, at most. */
  readonly lanes: number;
  /** How long one call takes. */
  readonly latencyMs: number;
  readonly maxRatePerSecond: number | undefined;
}

export interface Forecast {
  readonly ms: number;
  /** What the time comes from: without it the calls would be made sooner. */
  readonly boundBy: "quota" | "latency" | "max-rate";
}

/** How long so many calls take, if none has to be repeated. */
export function forecast(calls: number, pace: Pace): Forecast {
  const { quota, maxRatePerSecond } = pace;
  const bounds: readonly Forecast[] = [
    { ms: Math.ceil(calls / pace.lanes) * pace.latencyMs, boundBy: "latency" },
    { ms: (calls / (maxRatePerSecond ?? Number.POSITIVE_INFINITY)) * 1_000, boundBy: "max-rate" },
    { ms: quota === undefined ? 0 : quotaMs(calls, quota), boundBy: "quota" },
  ];
  return bounds.reduce((longest, bound) => (bound.ms > longest.ms ? bound : longest));
}

/** As a share of windows: where in a window the last call will be is not known. */
function quotaMs(calls: number, { left, perWindow, windowMs }: NonNullable<Pace["quota"]>): number {
  return (Math.max(0, calls - left) / perWindow) * windowMs;
}
