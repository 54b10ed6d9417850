import type { Fault } from "../../src/simulator/faults/fault.ts";
import type { Draws } from "./draws.ts";
import { drawnFaults } from "./weather.ts";

/** Something that happens to a run while it goes. */
export interface Disturbance {
  readonly when: Moment;
  readonly what: What;
}

/** Real time; `file`: as soon as one whose name begins so is begun. */
export type Moment =
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "calls"; readonly count: number; readonly ms: number }
  | { readonly kind: "file"; readonly name: string };

export type What =
  | { readonly kind: "kill" }
  | { readonly kind: "signal"; readonly signal: StopSignal; readonly againMs: number | undefined }
  | { readonly kind: "restart"; readonly downMs: number }
  | { readonly kind: "expire-tokens" }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] }
  | { readonly kind: "latency"; readonly ms: number }
  | { readonly kind: "full-disk"; readonly spareKib: number }
  | { readonly kind: "rival" }
  | { readonly kind: "rival-dry-run"; readonly killMs: number | undefined };

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

const FILES_OF_IMPORTS = [
  "run.db",
  "results.csv",
  "failed.csv",
  "failed-reasons.csv",
  "remaining.csv",
  "summary.json",
];

/** `calls`: about so many will be made. `files`: what the run writes. */
export function disturbancesOf(calls: number, draws: Draws, files = FILES_OF_IMPORTS): Disturbance[] {
  const moment = (): Moment => {
    const fate = draws.share();
    if (fate < 0.15) return { kind: "time", ms: draws.from(0, 700) };
    if (fate < 0.4) return { kind: "file", name: draws.oneOf(files) };
    return { kind: "calls", count: draws.from(1, calls), ms: draws.from(0, 40) };
  };
  const disturbances: Disturbance[] = [];
  const end = draws.share();
  if (end < 0.5) disturbances.push({ when: moment(), what: { kind: "kill" } });
  else if (end < 0.75) {
    const signal = draws.oneOf(["SIGINT", "SIGTERM", "SIGHUP"] as const);
    const againMs = draws.chance(0.4) ? draws.from(0, 30) : undefined;
    disturbances.push({ when: moment(), what: { kind: "signal", signal, againMs } });
  } else if (end < 0.85) {
    disturbances.push({ when: moment(), what: { kind: "full-disk", spareKib: draws.oneOf([0, 4, 20, 60]) } });
  }
  for (let more = draws.from(0, 2); more > 0; more -= 1) {
    disturbances.push({ when: moment(), what: nuisance(draws) });
  }
  return disturbances;
}

function nuisance(draws: Draws): What {
  const fate = draws.share();
  if (fate < 0.3) return { kind: "restart", downMs: draws.ofAnySize(10, 1_000) };
  if (fate < 0.5) return { kind: "expire-tokens" };
  if (fate < 0.7) return { kind: "faults", faults: draws.chance(0.5) ? [] : drawnFaults(draws) };
  if (fate < 0.8) return { kind: "latency", ms: draws.from(0, 100) };
  if (fate < 0.9) return { kind: "rival" };
  return { kind: "rival-dry-run", killMs: draws.chance(0.3) ? draws.from(50, 500) : undefined };
}
