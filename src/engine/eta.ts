/** The limits that determine how long calls take. */
export interface EtaInput {
  /** Undefined if the service has no quota. */
  readonly quota:
    | { readonly perWindow: number; readonly windowMs: number; readonly left: number }
    | undefined;
  /** Maximum calls in flight. */
  readonly lanes: number;
  /** Duration of one call. */
  readonly latencyMs: number;
  readonly maxRatePerSecond: number | undefined;
}

export interface Eta {
  readonly ms: number;
  /** The bottleneck: the limit without which the calls would take less time. */
  readonly limitedBy: "quota" | "latency" | "max-rate";
}

/** Returns how long `calls` calls take if none is retried. */
export function estimateEta(calls: number, pace: EtaInput): Eta {
  const { quota, maxRatePerSecond } = pace;
  const bounds: readonly Eta[] = [
    { ms: Math.ceil(calls / pace.lanes) * pace.latencyMs, limitedBy: "latency" },
    { ms: (calls / (maxRatePerSecond ?? Number.POSITIVE_INFINITY)) * 1_000, limitedBy: "max-rate" },
    { ms: quota === undefined ? 0 : quotaMs(calls, quota), limitedBy: "quota" },
  ];
  return bounds.reduce((longest, bound) => (bound.ms > longest.ms ? bound : longest));
}

/** Returns a fraction of windows, because the position of the last call in its window is not known. */
function quotaMs(calls: number, { left, perWindow, windowMs }: NonNullable<EtaInput["quota"]>): number {
  return (Math.max(0, calls - left) / perWindow) * windowMs;
}
