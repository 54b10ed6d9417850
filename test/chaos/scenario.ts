import type { SimulatorOptions } from "../../src/simulator/simulator.ts";
import { type Disturbance, disturbancesOf } from "./disturbance.ts";
import { Draws } from "./draws.ts";
import { type ChaosInput, chaosInput, edited, shuffled } from "./input.ts";
import { drawnOptions, type ImportOptions, LAST_OPTIONS } from "./options.ts";
import { CALM, drawnWeather, type Weather } from "./weather.ts";

/** All that one seed gives: an input, and a series of runs with it over one ledger. */
export interface Scenario {
  readonly seed: number;
  readonly api: "1.0" | "2.0";
  /** What does not change between the runs. */
  readonly service: SimulatorOptions;
  /** The last one is undisturbed. */
  readonly steps: readonly Step[];
}

/** One run. */
export interface Step {
  readonly input: ChaosInput;
  /** `left-over`: what the last run's failed.csv and remaining.csv hold, in place of the input, where there are any. */
  readonly feed: "file" | "stdin" | "left-over";
  readonly options: ImportOptions;
  readonly weather: Weather;
  readonly disturbances: readonly Disturbance[];
  /** No file can grow beyond so many blocks of 512 bytes. */
  readonly fileSizeBlocks: number | undefined;
  readonly jumps: readonly ClockJump[];
  /** So many times as fast goes the program's clock, with all its waits. */
  readonly haste: number;
}

/** Real times since the start of the process. */
interface ClockJump {
  readonly atMs: number;
  readonly byMs: number;
}

export const HASTE = 10;
/** Slower, so that a busy machine does not try the patience of a run that must succeed. */
export const LAST_HASTE = 4;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function scenarioOf(seed: number): Scenario {
  const draws = new Draws(seed);
  let input = chaosInput(draws);
  const api = draws.chance(0.15) ? "1.0" : "2.0";
  const canEdit = draws.chance(0.25);
  const steps: Step[] = [];
  let allowMove = false;
  const disturbed = draws.oneOf([1, 1, 2, 2, 3, 4]);
  for (let index = 0; index < disturbed; index += 1) {
    if (index > 0 && canEdit && draws.chance(0.5)) {
      input = edited(input, draws);
      allowMove = true;
    }
    if (index > 0 && draws.chance(0.2)) input = shuffled(input, draws);
    steps.push(disturbedStep(input, allowMove, api, draws));
  }
  const options = { ...LAST_OPTIONS, concurrency: draws.oneOf([8, 64]), allowMove };
  steps.push({
    input,
    feed: "file",
    options,
    weather: CALM,
    disturbances: [],
    fileSizeBlocks: undefined,
    jumps: [],
    haste: LAST_HASTE,
  });
  const windowSkewMs = draws.chance(0.2) ? draws.from(-300, 300) : 0;
  return { seed, api, service: { windowSkewMs, seed }, steps };
}

function disturbedStep(input: ChaosInput, allowMove: boolean, api: Scenario["api"], draws: Draws): Step {
  const options = drawnOptions(input.records.length, allowMove, draws);
  const calls = Math.ceil(input.records.length / options.rowsPerRequest);
  const weather = drawnWeather(calls / options.concurrency, draws);
  return {
    input,
    feed: draws.oneOf(["file", "file", "file", "stdin", "left-over"] as const),
    options,
    weather,
    disturbances: disturbancesOf(calls, draws),
    fileSizeBlocks: draws.chance(0.1) ? draws.ofAnySize(8, 800) : undefined,
    // Signed calls are refused by a clock that is wrong, so nothing would come of them.
    jumps: api === "2.0" && draws.chance(0.25) ? clockJumps(draws) : [],
    haste: HASTE,
  };
}

export function clockJumps(draws: Draws): ClockJump[] {
  const jump = (): ClockJump => ({
    atMs: draws.from(0, 1_200),
    byMs: (draws.chance(0.5) ? -1 : 1) * draws.ofAnySize(50, 30 * DAY_MS),
  });
  return draws.chance(0.5) ? [jump()] : [jump(), jump()];
}
