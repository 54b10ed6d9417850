import { type Simulator, type SimulatorOptions, startSimulator } from "../src/simulator/simulator.ts";
import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";

const ROWS = 20_000;
const QUOTA = { calls: 800, windowMs: 5_000 };
/** The limit less the reserve, as it is by default. */
const BUDGET = 720;
const SERVICE: SimulatorOptions = { quota: QUOTA, latencyMs: { fromMs: 150, toMs: 250 }, record: true };
const IDEAL_S = (ROWS / BUDGET) * (QUOTA.windowMs / 1_000);
/** Calls of another integration, now and then. */
const OTHERS = { calls: 300, everyMs: 20_000 };

/** How well an import uses a quota, at the default settings: minutes, as a quota is a matter of time. */
export const pace: Scenario = async (say) => {
  const alone = await through(SERVICE);
  say(`through the quota: ${alone.seconds.toFixed(1)} s, ideal ${IDEAL_S.toFixed(1)} s`);
  const shared = await through({ ...SERVICE, others: OTHERS });
  // What the others take of the windows that they come into is nobody else's.
  const idealSharedS = (ROWS + shared.othersCalls) * (IDEAL_S / ROWS);
  say(`beside another integration: ${shared.seconds.toFixed(1)} s, ideal ${idealSharedS.toFixed(1)} s`);
  const packed = await through(SERVICE, ["--rows-per-request", "25"]);
  say(`25 rows a call: ${packed.seconds.toFixed(1)} s`);
  return [
    figureOf("quota: time over the ideal", [alone.seconds / IDEAL_S], { atMost: 1.03 }),
    ...ofCalls("quota", alone),
    figureOf("quota, shared: time over the ideal", [shared.seconds / idealSharedS], { atMost: 1.03 }),
    ...ofCalls("quota, shared", shared),
    figureOf("quota, 25 rows a call: calls", [packed.calls], { atMost: ROWS / 25 }),
    figureOf(
      "quota, 25 rows a call: rows that end otherwise than one by one",
      [differing(alone.resultsCsv, packed.resultsCsv)],
      { atMost: 0 },
    ),
  ];
};

interface Passed {
  readonly seconds: number;
  readonly calls: number;
  readonly answered429: number;
  readonly fullestWindow: number;
  readonly othersCalls: number;
  readonly resultsCsv: string;
}

async function through(options: SimulatorOptions, words: readonly string[] = []): Promise<Passed> {
  const simulator = await startSimulator(options);
  try {
    const { seconds, resultsCsv } = await imported(simulator.url, ROWS, words);
    const { calls, answered429 } = simulator.counters;
    const { others } = options;
    const othersCalls =
      others === undefined ? 0 : Math.ceil((seconds * 1_000) / others.everyMs) * others.calls;
    return { seconds, calls, answered429, fullestWindow: fullestWindow(simulator), othersCalls, resultsCsv };
  } finally {
    await simulator.close();
  }
}

function ofCalls(name: string, passed: Passed): Figure[] {
  return [
    figureOf(`${name}: share of the calls answered 429`, [passed.answered429 / passed.calls], {
      atMost: 0.001,
    }),
    figureOf(`${name}: calls in the fullest window`, [passed.fullestWindow], { atMost: BUDGET }),
  ];
}

/** By the simulator's own windows: each begins with the first call after the last one's end. */
function fullestWindow(simulator: Simulator): number {
  const calls = new Map(simulator.received.map(({ call, atMs }) => [call, atMs]));
  let endsAtMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  let most = 0;
  for (const atMs of [...calls.values()].sort((a, b) => a - b)) {
    if (atMs >= endsAtMs) {
      endsAtMs = atMs + QUOTA.windowMs;
      count = 0;
    }
    count += 1;
    most = Math.max(most, count);
  }
  return most;
}

/** Rows whose results differ in more than their time and request id, the last two columns. */
function differing(one: string, other: string): number {
  const told = (text: string): string[] =>
    text.split("\n").map((line) => line.split(",").slice(0, -2).join());
  const others = told(other);
  return told(one).filter((line, index) => line !== others[index]).length;
}
