import { type Simulator, type SimulatorOptions, startSimulator } from "../src/simulator/simulator.ts";
import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { importedWithResults } from "./imported.ts";

const ROWS = 20_000;
const QUOTA = { calls: 800, windowMs: 5_000 };
/** The limit less the reserve, as it is by default. */
const BUDGET = 720;
const SERVICE: SimulatorOptions = { quota: QUOTA, latencyMs: { fromMs: 150, toMs: 250 }, record: true };
const IDEAL_S = (ROWS / BUDGET) * (QUOTA.windowMs / 1_000);
/** Calls of another integration, now and then. */
const OTHERS = { calls: 300, everyMs: 20_000 };

const ROUNDS = 3;
const WORDS = { alone: "quota of 800 calls in 5 s", shared: "the same beside 300 calls at once every 20 s" };

/** Measures how well an import uses a quota at the default settings. Takes minutes, because quotas are limits over time. */
export const pace: Scenario = async (say) => {
  const alone: Passed[] = [];
  const shared: Passed[] = [];
  const packed: Passed[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    alone.push(await through(SERVICE));
    shared.push(await through({ ...SERVICE, others: OTHERS }));
    packed.push(await through(SERVICE, ["--rows-per-request", "25"]));
    const seconds = [alone, shared, packed].map((rounds) => rounds.at(-1)?.seconds.toFixed(1));
    say(
      `round ${round}: alone, beside others, 25 rows a call: ${seconds.join(", ")} s; ideal ${IDEAL_S.toFixed(1)} s`,
    );
  }
  const differences = packed.map(({ resultsCsv }, round) =>
    differing(alone[round]?.resultsCsv ?? "", resultsCsv),
  );
  return [
    ...ofQuota(WORDS.alone, alone),
    ...ofQuota(WORDS.shared, shared),
    figureOf(
      `quota, 25 rows a call: calls for ${ROWS.toLocaleString("en-US")} rows`,
      packed.map(({ calls }) => calls),
      { atMost: ROWS / 25 },
    ),
    figureOf("quota, 25 rows a call: rows that end otherwise than one by one", differences, { atMost: 0 }),
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
    const { seconds, resultsCsv } = await importedWithResults(simulator.url, ROWS, words);
    const { calls, answered429 } = simulator.counters;
    const { others } = options;
    const othersCalls =
      others === undefined ? 0 : Math.ceil((seconds * 1_000) / others.everyMs) * others.calls;
    return { seconds, calls, answered429, fullestWindow: fullestWindow(simulator), othersCalls, resultsCsv };
  } finally {
    await simulator.close();
  }
}

function ofQuota(name: string, rounds: readonly Passed[]): Figure[] {
  const overIdeal = rounds.map(({ seconds, othersCalls }) => {
    // The import can't use what other integrations take of a window.
    const idealS = (ROWS + othersCalls) * (IDEAL_S / ROWS);
    return seconds / idealS;
  });
  const refused = rounds.map(({ answered429, calls }) => answered429 / calls);
  const fullest = rounds.map((passed) => passed.fullestWindow);
  return [
    figureOf(`${name}: time for ${ROWS.toLocaleString("en-US")} rows over the ideal`, overIdeal, {
      atMost: 1.03,
    }),
    figureOf(`${name}: share of the calls answered 429`, refused, { atMost: 0.001 }),
    figureOf(`${name}: own calls in the fullest window`, fullest, { atMost: BUDGET }),
  ];
}

/** Counts by the simulator's own windows: each begins with the first call after the end of the last one. */
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
