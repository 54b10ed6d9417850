import type { What } from "./disturbance.ts";
import type { ExportStep } from "./exports/scenario.ts";
import type { RunSeen } from "./run-seen.ts";
import type { Step } from "./scenario.ts";

interface Ended<S> extends Pick<RunSeen, "end" | "wire"> {
  readonly step: S;
}

/** Counts what was played. */
export class Tally {
  seeds = 0;
  runs = 0;
  rows = 0;
  exports = 0;
  members = 0;
  calls = 0;
  /** Runs by what they ended with. */
  readonly ends = new Map<string, number>();
  /** Disturbances that came in time. */
  readonly disturbances = new Map<string, number>();

  ran({ end, rows, step, wire }: RunSeen): void {
    this.runs += 1;
    this.rows += rows.length;
    this.#ended("import", { end, step, wire });
  }

  exported({ end, step, wire }: Ended<ExportStep>): void {
    this.exports += 1;
    this.members += step.groups.reduce((sum, { members }) => sum + members.length, 0);
    this.#ended("export", { end, step, wire });
  }

  #ended(name: string, { end, step, wire }: Ended<Pick<Step, "fileSizeBlocks" | "jumps" | "weather">>): void {
    this.calls += wire.calls;
    count(this.ends, `${name} ended with ${end.code ?? end.signal}`);
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
  rival: "another run beside",
} as const;

function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
