import type { Fault } from "../../src/simulator/faults/fault.ts";
import type { Others, Quota } from "../../src/simulator/quota-window.ts";
import type { Latency } from "../../src/simulator/seeded-random.ts";
import type { Draws } from "./draws.ts";

/** How the service is when a run begins. */
export interface Weather {
  readonly latencyMs: Latency;
  /** In the hasty time of the program. */
  readonly quota: Quota | undefined;
  readonly others: Others | undefined;
  readonly faults: readonly Fault[];
}

export const CALM: Weather = { latencyMs: 2, quota: undefined, others: undefined, faults: [] };

/** A run's calls, one after the other, are to take about so long at most, in real time. */
const LONGEST_SENDING_MS = 1_500;

/** `rounds`: calls that a lane makes. */
export function drawnWeather(rounds: number, draws: Draws): Weather {
  const latencyMs = Math.min(draws.oneOf([0, 5, 20, 60]), Math.ceil(LONGEST_SENDING_MS / rounds));
  return {
    latencyMs: draws.chance(0.5) ? latencyMs : { fromMs: 0, toMs: 2 * latencyMs },
    quota: draws.chance(0.3) ? { calls: draws.from(10, 60), windowMs: draws.from(500, 3_000) } : undefined,
    others: draws.chance(0.3) ? { calls: draws.from(1, 30), everyMs: draws.from(500, 3_000) } : undefined,
    faults: draws.chance(0.6) ? drawnFaults(draws) : [],
  };
}

/** What may happen to any call, a few kinds at a time. */
export function drawnFaults(draws: Draws): Fault[] {
  return Array.from({ length: draws.from(1, 3) }, () => drawnFault(draws));
}

function drawnFault(draws: Draws): Fault {
  const rate = draws.ofAnySize(5, 50) / 100;
  const any = { alias: "*", rate };
  const executed = draws.chance(0.5);
  const code = "sim_any";
  switch (draws.from(0, 16)) {
    case 0:
      return { ...any, kind: "fail", code, retryable: true };
    case 1:
      return { ...any, kind: "fail", code, retryable: draws.chance(0.5), withoutKey: true };
    case 2:
      return { ...any, kind: "fail", code, retryable: false };
    case 3:
      return { ...any, kind: "omitted" };
    case 4:
      return { ...any, kind: "status", status: draws.oneOf([500, 502, 503, 504, 509]), executed };
    case 5:
      return { ...any, kind: "status", status: 429, headers: { "Retry-After": String(draws.from(0, 2)) } };
    case 6:
      return { ...any, kind: "meta-status", metaStatus: draws.oneOf([200, 429, 500, 503]) };
    case 7:
      return { ...any, kind: "html", executed };
    case 8:
      return { ...any, kind: "empty", executed };
    case 9:
      return { ...any, kind: "drop", executed };
    case 10:
      return { ...any, kind: "cut-off" };
    case 11:
      return { ...any, kind: "slow", ms: draws.ofAnySize(10, 400) };
    case 12:
      return { ...any, kind: "status", status: draws.oneOf([400, 413]), moreThanRows: draws.from(1, 10) };
    case 13:
      return { ...any, ...refusal(draws) };
    case 14:
      return { ...any, ...frontAnswer(draws) };
    case 15:
      return { path: "/oauth/token", rate, kind: "status", status: draws.oneOf([500, 503, 429]) };
    default:
      return { path: "/oauth/token", rate, kind: draws.oneOf(["drop", "html", "cut-off"] as const) };
  }
}

/** A 4xx of something in front of Mimecast, such as a load balancer during a redeploy: the call never got through. */
export function frontAnswer(draws: Draws) {
  const status = draws.oneOf([404, 407, 408, 421, 425]);
  return { kind: draws.oneOf(["html", "empty"] as const), status } as const;
}

export function refusal(draws: Draws) {
  const [status, code] = draws.oneOf([
    [401, "token_expired"],
    [401, "unauthorized"],
    [403, "app_forbidden"],
    [200, "err_developer_key"],
  ] as const);
  return { kind: "gateway-fail", status, code } as const;
}
