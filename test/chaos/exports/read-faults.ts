import type { Fault } from "../../../src/simulator/faults/fault.ts";
import type { Draws } from "../draws.ts";
import { frontAnswer, refusal } from "../weather.ts";

const PATHS = ["/api/directory/get-group-members", "/api/directory/find-groups", "/oauth/token", "*"];

/** What may happen to any call that reads. */
export function drawnReadFaults(draws: Draws): Fault[] {
  return Array.from({ length: draws.from(1, 2) }, () => {
    const any = { path: draws.oneOf(PATHS), rate: draws.ofAnySize(5, 40) / 100 };
    return drawnReadFault(any, draws);
  });
}

function drawnReadFault(any: { readonly path: string; readonly rate: number }, draws: Draws): Fault {
  switch (draws.from(0, 9)) {
    case 0:
      return { ...any, kind: "status", status: draws.oneOf([500, 502, 503, 504, 509]) };
    case 1:
      return { ...any, kind: "status", status: 429, headers: { "Retry-After": String(draws.from(0, 2)) } };
    case 2:
      return { ...any, kind: "meta-status", metaStatus: draws.oneOf([429, 500, 503]) };
    case 3:
      return { ...any, kind: draws.oneOf(["html", "empty"] as const) };
    case 4:
      return { ...any, kind: "drop" };
    case 5:
      return { ...any, kind: "cut-off" };
    case 6:
      return { ...any, kind: "slow", ms: draws.ofAnySize(10, 400) };
    case 7:
      return { ...any, kind: "status", status: draws.oneOf([400, 404]) };
    case 8:
      return { ...any, ...frontAnswer(draws) };
    default:
      return { ...any, ...refusal(draws) };
  }
}
