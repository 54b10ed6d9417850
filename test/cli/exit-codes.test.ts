import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { EXIT, type StopSignal } from "../../src/domain/exit-code.ts";
import type { SimulatorOptions } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows } from "../support/csv-files.ts";
import { type CliEnd, runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

/** Every exit code is reached by the built program, as a script that calls it would meet it; 69 takes its time, and is in unreachable.test.ts. */
const WAYS: Readonly<Record<Exclude<keyof typeof EXIT, "unreachable">, () => Promise<CliEnd>>> = {
  ok: () => importing(manyRows(3)),
  rowsFailed: () => importing(`${manyRows(3)}nobody,nothing\n`),
  maxFailures: () => {
    const faults = [{ alias: "*", kind: "fail", code: "err_no" }] as const;
    return importing(manyRows(5), ["--max-failures", "2"], { faults });
  },
  stoppedEarly: () => importing(manyRows(3), ["--limit", "1"]),
  usage: () => importing(manyRows(3), ["--concurrency", "many"]),
  input: () => importing("neither,nor\n1,2\n"),
  inputNotFound: () => runCli(["import", "missing.csv"], { env: simulatorEnv({ url: NOBODY_THERE }) }),
  fault: () => importing(manyRows(3), [], {}, { NODE_OPTIONS: `--import ${BROKEN_CLOCK}` }),
  output: () => importing(manyRows(3), ["--out", "a.csv/runs"]),
  locked: whileAnotherRuns,
  refused: () => importing(manyRows(3), [], {}, { MIMECAST_CLIENT_SECRET: "not-the-secret" }),
  settings: () => importing(manyRows(3), [], {}, { MIMECAST_REGION: "atlantis", MIMECAST_BASE_URL: "" }),
  SIGHUP: () => interrupted("SIGHUP"),
  SIGINT: () => interrupted("SIGINT"),
  SIGTERM: () => interrupted("SIGTERM"),
};

/** A port that nothing listens on. */
const NOBODY_THERE = "http://127.0.0.1:9";

/** A machine on which this program finds something that can't be. */
const BROKEN_CLOCK = `data:text/javascript;base64,${Buffer.from(
  "performance.now = () => { throw new TypeError('no clock') }",
).toString("base64")}`;

async function importing(
  csv: string,
  words: readonly string[] = [],
  simulated: SimulatorOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<CliEnd> {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", csv);
  const simulator = await simulatorFor(simulated);
  return await runCli(["import", "a.csv", ...words], { cwd, env: { ...simulatorEnv(simulator), ...env } });
}

async function interrupted(signal: StopSignal): Promise<CliEnd> {
  const { run } = await underWay();
  run.kill(signal);
  return await run.ended;
}

async function whileAnotherRuns(): Promise<CliEnd> {
  const { cwd, env, run } = await underWay();
  const second = await runCli(["import", "a.csv"], { cwd, env });
  run.kill("SIGKILL");
  return second;
}

async function underWay() {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(500));
  const simulator = await simulatorFor({ latencyMs: 50 });
  const env = simulatorEnv(simulator);
  const run = startCli(["import", "a.csv", "--concurrency", "2"], { cwd, env });
  await until("a call", () => simulator.counters.calls > 0);
  return { cwd, env, run };
}

const CODES = Object.entries(EXIT);

test.each(Object.entries(WAYS))("The program reaches the exit code of: %s", async (name, way) => {
  const { code, signal, stderr } = await way();
  expect({ code, signal }).toEqual({ code: CODES.find(([it]) => it === name)?.[1], signal: null });
  // A stack trace is shown for a fault of the program only.
  expect(/\n {4}at /.test(stderr)).toBe(name === "fault");
});
