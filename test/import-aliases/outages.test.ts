import { expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { DEFAULT_RETRY } from "../../src/engine/backoff.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { hastyClock, realPause } from "../support/clocks.ts";
import { type Changes, importing } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";
import { openGate } from "../support/gate.ts";

/** How long an outage lasts. Short, on a clock that runs fast; `OUTAGE_SECONDS=180` gives it by the real one. */
const OUTAGE_SECONDS = Number(process.env["OUTAGE_SECONDS"] ?? 0);
const isReal = OUTAGE_SECONDS > 0;
const HASTE = isReal ? 1 : 30;
const OUTAGE_MS = isReal ? OUTAGE_SECONDS * 1_000 : 600;
const PATIENCE_MS = OUTAGE_MS * 2 + 60_000;

/** The program's own rules, throughout. */
function asProgrammed(): Changes {
  return {
    clock: isReal ? systemClock : hastyClock(HASTE),
    breaker: DEFAULT_BREAKER,
    sending: { concurrency: 16, retry: { maxAttempts: 6, ...DEFAULT_RETRY } },
  };
}

test("The run gives up if no connection succeeds from the start, with no row sent", async () => {
  const simulator = await startSimulator();
  await simulator.close();
  const { summary, results } = await importing(simulator, manyRows(20), {
    breaker: { giveUpAtStartAfterMs: 300 },
  });
  expect(summary).toMatchObject({
    exitCode: 69,
    stopReasons: [{ kind: "unreachable", message: expect.stringContaining("connection_refused") }],
    outcomes: { "not-sent": 20 },
  });
  expect(new Set(results.map(({ attempts }) => attempts))).toEqual(new Set(["0"]));
});

test("The run gives up if every answer is 503 from the start, and names the failure", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: "*", kind: "status", status: 503 }] });
  const { summary } = await importing(simulator, manyRows(200), { breaker: { giveUpAtStartAfterMs: 300 } });
  expect(summary).toMatchObject({
    exitCode: 69,
    stopReasons: [{ message: expect.stringContaining("http_503") }],
  });
  expect(summary.outcomes.failed).toBe(0);
  expect(summary.outcomes.applied).toBe(0);
});

test("The run gives up as unreachable if every answer is a proxy's 404, and fails no row", async () => {
  const fault: Fault = { alias: "*", kind: "status", status: 404, body: "<html>Not Found</html>" };
  const simulator = await simulatorFor({ faults: [fault] });
  const { summary } = await importing(simulator, manyRows(200), { breaker: { giveUpAtStartAfterMs: 300 } });
  expect(summary).toMatchObject({
    exitCode: 69,
    stopReasons: [{ kind: "unreachable", message: expect.stringContaining("in front of Mimecast") }],
  });
  expect(summary.outcomes.applied).toBe(0);
});

test("A service that restarts in the middle of a run, and loses its tokens, fails no row", async () => {
  const first = await simulatorFor({ latencyMs: 5 });
  const { port } = first;
  let second: Simulator | undefined;
  let isDown = false;
  const { summary } = await importing(first, manyRows(600), {
    clock: hastyClock(30),
    breaker: DEFAULT_BREAKER,
    sending: { concurrency: 16 },
    onSent: () => {
      if (isDown || first.counters.calls < 100) return;
      isDown = true;
      void first.close().then(async () => {
        await realPause(500);
        second = await simulatorFor({ port });
      });
    },
  });
  expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 600 } });
  const inPlace = new Set([...first.aliases.keys(), ...(second?.aliases.keys() ?? [])]);
  expect(inPlace.size).toBe(600);
});

test("Only one lane probes while no call succeeds", async () => {
  const simulator = await simulatorFor({ latencyMs: 5, faults: [{ alias: "*", kind: "drop" }] });
  await importing(simulator, manyRows(200), {
    breaker: { giveUpAtStartAfterMs: 400 },
    sending: { concurrency: 16 },
  });
  expect(simulator.counters.mostInFlight).toBe(1);
});

test("A wait that the server announced is kept, even if it is longer than the patience", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "*", kind: "status", status: 503, headers: { "Retry-After": "1" }, times: 1 }],
  });
  const { summary } = await importing(simulator, manyRows(1), { breaker: { giveUpAtStartAfterMs: 50 } });
  expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 1 } });
});

test("The run gives up if every answer is 429 from the start, although its own waits exceed its patience", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: "*", kind: "status", status: 429 }] });
  const clock = hastyClock(100);
  const startMs = clock.nowMs();
  const { summary } = await importing(simulator, manyRows(20), { clock, breaker: DEFAULT_BREAKER });
  expect(summary).toMatchObject({ exitCode: 69, outcomes: { "not-sent": 20 } });
  expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(30_000);
  expect(clock.nowMs() - startMs).toBeLessThan(120_000);
});

test("The patience is longer after the first success", async () => {
  const simulator = await simulatorFor({ latencyMs: 2 });
  const { summary } = await importing(simulator, manyRows(200), {
    breaker: { giveUpAtStartAfterMs: 50, giveUpAfterMs: 600 },
    sending: { concurrency: 4 },
    onSent: () => {
      if (simulator.counters.calls >= 40) simulator.setFaults([{ alias: "*", kind: "status", status: 429 }]);
    },
    clock: hastyClock(2),
  });
  expect(summary).toMatchObject({
    exitCode: 69,
    stopReasons: [{ kind: "unreachable" }],
    outcomes: { failed: 0, unknown: 0 },
  });
  expect(summary.outcomes.applied).toBeGreaterThan(30);
});

test.each<[string, Fault]>([
  ["429 to every call", { alias: "*", kind: "status", status: 429, body: "Too Many Requests" }],
  ["503 to every call", { alias: "*", kind: "status", status: 503 }],
  ["a page in HTML to every call", { alias: "*", kind: "html" }],
  ["an empty 404 to every call, as a front does in a redeploy", { alias: "*", kind: "status", status: 404 }],
])(
  "A service that answers %s for a while costs time and no row",
  { timeout: PATIENCE_MS },
  async (_, fault) => {
    const simulator = await simulatorFor({ latencyMs: 2 });
    const { summary } = await throughOutage(
      simulator,
      () => {
        simulator.setFaults([fault]);
      },
      async () => {
        simulator.setFaults([]);
      },
    );
    expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 400 } });
    expect(simulator.aliases.size).toBe(400);
  },
);

test("An outage in the middle of a run costs time and no row", {
  timeout: PATIENCE_MS,
}, async () => {
  const simulator = await simulatorFor({ latencyMs: 2 });
  const gate = await openGate(simulator.port);
  try {
    const { summary } = await throughOutage(simulator, () => void gate.cut(), gate.mend, gate.url);
    expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 400 } });
    expect(simulator.aliases.size).toBe(400);
  } finally {
    await gate.close();
  }
});

/** Imports 400 rows; an outage begins with the hundredth call. */
async function throughOutage(
  simulator: Simulator,
  begin: () => void,
  end: () => Promise<void>,
  url = simulator.url,
) {
  let outage: Promise<void> | undefined;
  const imported = await importing({ url }, manyRows(400), {
    ...asProgrammed(),
    onSent: () => {
      if (outage !== undefined || simulator.counters.calls < 100) return;
      begin();
      outage = realPause(OUTAGE_MS).then(end);
    },
  });
  expect(outage).toBeDefined();
  await outage;
  return imported;
}
