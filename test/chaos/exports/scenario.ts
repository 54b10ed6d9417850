import { type Disturbance, disturbancesOf } from "../disturbance.ts";
import { Draws } from "../draws.ts";
import { clockJumps, HASTE, LAST_HASTE, type Step } from "../scenario.ts";
import { CALM, drawnWeather, type Weather } from "../weather.ts";
import { type ChaosGroup, changedGroups, chaosGroups, drawnOddity, type Oddity } from "./directory.ts";
import { drawnReadFaults } from "./read-faults.ts";

/** A series of exports of the same groups. The last one is undisturbed. */
export interface ExportScenario {
  readonly seed: number;
  readonly api: "1.0" | "2.0";
  readonly steps: readonly ExportStep[];
}

/** One export. */
export interface ExportStep extends Pick<Step, "fileSizeBlocks" | "haste" | "jumps"> {
  readonly groups: readonly ChaosGroup[];
  /** Of each group. */
  readonly oddities: readonly Oddity[];
  /** A file, or standard output. */
  readonly toFile: boolean;
  readonly withChanges: boolean;
  readonly words: readonly string[];
  readonly weather: Weather;
  readonly disturbances: readonly Disturbance[];
}

const FILES = ["members.csv", "changes.csv"];

export function exportScenarioOf(seed: number): ExportScenario {
  const draws = new Draws(seed);
  const api = draws.chance(0.15) ? "1.0" : "2.0";
  let groups = chaosGroups(draws);
  const steps: ExportStep[] = [];
  for (let left = draws.oneOf([1, 2, 3]); left > 0; left -= 1) {
    steps.push(disturbedStep(groups, api, draws));
    groups = changedGroups(groups, left, draws);
  }
  steps.push({
    groups,
    oddities: [],
    toFile: true,
    withChanges: true,
    words: [],
    weather: CALM,
    disturbances: [],
    fileSizeBlocks: undefined,
    jumps: [],
    haste: LAST_HASTE,
  });
  return { seed, api, steps };
}

function disturbedStep(groups: readonly ChaosGroup[], api: ExportScenario["api"], draws: Draws): ExportStep {
  const pageSize = draws.oneOf([20, 50, 100, 500]);
  const concurrency = draws.from(1, 4);
  const calls = groups.reduce((sum, { members }) => sum + 1 + Math.floor(members.length / pageSize), 2);
  const weather = drawnWeather(calls / concurrency, draws);
  const faults = weather.faults.length > 0 ? drawnReadFaults(draws) : [];
  const disturbances = disturbancesOf(calls, draws, FILES).filter(
    // A dry run beside is an import's; faults from then on would be an import's, too.
    ({ what }) => what.kind !== "rival-dry-run" && what.kind !== "faults",
  );
  const isAlone = disturbances.every(({ what }) => what.kind !== "rival");
  return {
    groups,
    oddities: groups.map((group) => drawnOddity(group, draws)),
    toFile: draws.chance(0.8),
    withChanges: isAlone && draws.chance(0.6),
    words: [
      ...["--page-size", String(pageSize), "--concurrency", String(concurrency)],
      ...["--max-attempts", String(draws.from(1, 6))],
    ],
    weather: { ...weather, faults },
    disturbances,
    fileSizeBlocks: draws.chance(0.1) ? draws.ofAnySize(1, 100) : undefined,
    jumps: api === "2.0" && draws.chance(0.25) ? clockJumps(draws) : [],
    haste: HASTE,
  };
}
