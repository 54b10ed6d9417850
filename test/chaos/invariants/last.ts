import type { Simulator } from "../../../src/simulator/simulator.ts";
import type { LeftFolder } from "../left-folder.ts";
import type { RunSeen } from "../run-seen.ts";

/** Aliases that the simulator refuses in calm weather. */
const REFUSED = /^(forbidden|invalid|busy)-\d+@faults\.example$/;

/** After a run that nothing disturbed, all that can be in place is in place, for the right primary. */
export function lastFaults(
  { end, rows }: RunSeen,
  own: LeftFolder | undefined,
  simulator: Simulator,
): string[] {
  const { results = [] } = own ?? {};
  const wrong = rows.flatMap(({ alias, aliasKey, line, plan, primaryKey }, index) => {
    if (plan !== "send" && plan !== "unchanged") return [];
    const outcome = results[index]?.outcome;
    const told = `line ${line}, ${alias}: ${outcome} at last`;
    if (outcome === "failed" && REFUSED.test(aliasKey)) return [];
    if (outcome !== "applied" && outcome !== "unchanged") return [told];
    const belongsTo = simulator.aliases.get(aliasKey);
    return belongsTo?.toLowerCase() === primaryKey ? [] : [`${told}, but it belongs to ${belongsTo}`];
  });
  return [...wrong, ...(end.code === 0 || end.code === 1 ? [] : [`the last run ended with ${end.code}`])];
}
