import type { What } from "./disturbance.ts";
import type { RunSeen } from "./run-seen.ts";

/** Counts what was played. */
export class Tally {
  seeds = 0;
  runs = 0;
  rows = 0;
  calls = 0;
  /** Runs by what they ended with. */
  readonly ends = new Map<string, number>();
  /** Disturbances that came in time. */
  readonly disturbances = new Map<string, number>();

  ran({ end, rows, step, wire }: RunSeen): void {
    this.runs += 1;
    this.rows += rows.length;
    this.calls += wire.calls;
    count(this.ends, String(end.code ?? end.signal));
    if (step.fileSizeBlocks !== undefined) count(this.disturbances, "file size limit");
    if (step.jumps.length > 0) count(this.disturbances, "clock jump", step.jumps.length);
    if (step.weather.faults.length > 0) count(this.disturbances, "faults from the start");
    if (step.weather.quota !== undefined) count(this.disturbances, "quota");
  }

  disturbed(what: What): void {
    switch (what.kind) {
      case "signal":
        count(this.disturbances, what.signal);
        if (what.againMs !== undefined) count(this.disturbances, `${what.signal} again`);
        break;
      case "rival-dry-run":
        count(this.disturbances, what.killMs === undefined ? "dry run beside" : "dry run beside, killed");
        break;
      default:
        count(this.disturbances, NAMES[what.kind]);
    }
  }
}

const NAMES = {
  kill: "SIGKILL",
  restart: "restart on the same port",
  "expire-tokens": "tokens expired",
  faults: "other faults from then on",
  latency: "other latency from then on",
  "full-disk": "full disk",
  "rival-import": "import beside",
} as const;

function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
