import type { Probe } from "./probe.ts";

/** The checks, in the order of the output. */
export type Checked =
  | "settings"
  | "host"
  | "clock"
  | "credentials"
  | "import"
  | "export"
  | "verify"
  | "quota";

/**
 * The result of a check. `ok` · `warning`: works, but needs attention · `failed`: does not work · `unknown`: can't be
 * checked without a change, or because an earlier check failed.
 */
export type FindingState = "ok" | "warning" | "failed" | "unknown";

/** The result of one check. `message` is one line, with the next step if the state is not ok; it may quote the server. */
export interface Finding {
  readonly check: Checked;
  readonly state: FindingState;
  readonly message: string;
}

export function finding(check: Checked, state: FindingState, message: string): Finding {
  return { check, state, message };
}

/** Precision of the comparison: the header has whole seconds, and request and response may take different times. */
const EXACT_TO_MS = 2_000;
/** Tolerated skew. Mimecast's own limit is not known, but a synchronized clock is never this far off. */
const TOLERATED_MS = 60_000;

/** Compares this machine's clock with the server's `Date` header. */
export function clockFinding(probes: readonly Probe<unknown>[], api: "2.0" | "1.0"): Finding {
  const skewMs = probes.map(skewOf).find((it) => it !== undefined);
  if (skewMs === undefined) return finding("clock", "unknown", "no answer had the server's time");
  if (Math.abs(skewMs) <= EXACT_TO_MS) return finding("clock", "ok", "agrees with the server's to 2 s");
  const off = `this machine's clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"} the server's`;
  if (Math.abs(skewMs) <= TOLERATED_MS) return finding("clock", "ok", off);
  const why =
    api === "1.0" ? ": signatures contain the time, and Mimecast rejects one that is too far off" : "";
  return finding("clock", "warning", `${off}${why}. Set the clock, and synchronize it by NTP`);
}

/** Returns the skew in ms, positive if this machine's clock is ahead; undefined if the server sent no time. */
function skewOf({ arrivedEpochMs, exchange }: Probe<unknown>): number | undefined {
  const { arrivedAtMs, sentAtMs, serverEpochMs } = exchange;
  if (serverEpochMs === undefined) return undefined;
  const midwayEpochMs = arrivedEpochMs - (arrivedAtMs - sentAtMs) / 2;
  // The header is truncated to the second: add half a second on average.
  return midwayEpochMs - (serverEpochMs + 500);
}
