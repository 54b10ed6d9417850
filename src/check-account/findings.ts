import type { Probe } from "./probe.ts";

/** What is looked at, in the order in which it is told. */
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
 * `ok` · `warning`: works, but should be looked at · `failed`: does not work · `unknown`: can't be known without
 * changing something, or because something before it does not work.
 */
export type FindingState = "ok" | "warning" | "failed" | "unknown";

/** What was found, and where it is not ok, what to do about it: one line. May hold words from outside. */
export interface Finding {
  readonly check: Checked;
  readonly state: FindingState;
  readonly message: string;
}

export function finding(check: Checked, state: FindingState, message: string): Finding {
  return { check, state, message };
}

/** The server's header has whole seconds, and the way there and back is not known to be even. */
const EXACT_TO_MS = 2_000;
/** How much Mimecast lets pass is not known. A clock that is kept is never off by so much. */
const TOLERATED_MS = 60_000;

/** Compares this machine's clock with the server's `Date` header. */
export function clockFinding(probes: readonly Probe<unknown>[], api: "2.0" | "1.0"): Finding {
  const skewMs = probes.map(skewOf).find((it) => it !== undefined);
  if (skewMs === undefined) return finding("clock", "unknown", "no answer told the server's time");
  if (Math.abs(skewMs) <= EXACT_TO_MS) return finding("clock", "ok", "agrees with the server's to 2 s");
  const off = `this machine's clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"} the server's`;
  if (Math.abs(skewMs) <= TOLERATED_MS) return finding("clock", "ok", off);
  const why = api === "1.0" ? ": signatures hold the time, and one that is too far off is refused" : "";
  return finding("clock", "warning", `${off}${why}. Set it, and keep it by NTP`);
}

/** Positive where this machine's clock is ahead. */
function skewOf({ arrivedEpochMs, exchange }: Probe<unknown>): number | undefined {
  const { arrivedAtMs, sentAtMs, serverEpochMs } = exchange;
  if (serverEpochMs === undefined) return undefined;
  const askedEpochMs = arrivedEpochMs - (arrivedAtMs - sentAtMs) / 2;
  // The header is cut off to the second: half of one in the middle.
  return askedEpochMs - (serverEpochMs + 500);
}
