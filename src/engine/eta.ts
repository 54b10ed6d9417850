/** What the time that calls take depends on. */
export interface EtaInput {
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

export interface Eta {
  readonly ms: number;
  /** What the time comes from: without it the calls would be made sooner. */
  readonly limitedBy: "quota" | "latency" | "max-rate";
}

/** How long so many calls take, if none has to be repeated. */
export function estimateEta(calls: number, pace: EtaInput): Eta {
  const { quota, maxRatePerSecond } = pace;
  const bounds: readonly Eta[] = [
    { ms: Math.ceil(calls / pace.lanes) * pace.latencyMs, limitedBy: "latency" },
    { ms: (calls / (maxRatePerSecond ?? Number.POSITIVE_INFINITY)) * 1_000, limitedBy: "max-rate" },
    { ms: quota === undefined ? 0 : quotaMs(calls, quota), limitedBy: "quota" },
  ];
  return bounds.reduce((longest, bound) => (bound.ms > longest.ms ? bound : longest));
}

/** As a share of windows: where in a window the last call will be is not known. */
function quotaMs(calls: number, { left, perWindow, windowMs }: NonNullable<EtaInput["quota"]>): number {
  return (Math.max(0, calls - left) / perWindow) * windowMs;
}
