import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows, readCsvFile } from "../support/csv-files.ts";
import { type CliRun, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** A run of 400 rows, once the given number of calls has arrived. */
async function underWay(options: SimulatorOptions, calls: number, words: readonly string[] = []) {
  const simulator = await simulatorFor({ record: true, ...options });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(400));
  const run = startCli(["import", "a.csv", "--concurrency", "8", ...words], {
    cwd,
    env: simulatorEnv(simulator),
  });
  await until("some calls", () => simulator.counters.calls >= calls);
  return { simulator, cwd, run };
}

async function endOf(run: CliRun, cwd: string) {
  const { code, stderr } = await run.ended;
  const files = filesBelow(join(cwd, "runs"));
  const pathOf = (name: string): string =>
    join(cwd, "runs", files.find((path) => path.endsWith(name)) ?? name);
  const summary: unknown = JSON.parse(readFileSync(pathOf("summary.json"), "utf8"));
  return { code, stderr, files, summary, results: readCsvFile(pathOf("results.csv")) };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)(
  "%s finishes the calls in flight, writes the files and ends with %i",
  async (signal, exitCode) => {
    const { simulator, cwd, run } = await underWay({ latencyMs: 100 }, 20);
    run.kill(signal);
    const { code, summary, results, files } = await endOf(run, cwd);
    expect(code).toBe(exitCode);
    expect(summary).toMatchObject({ exitCode, state: "stopped", stopReasons: [{ kind: "signal", signal }] });
    const applied = results.filter(({ outcome }) => outcome === "applied").map(({ alias }) => alias);
    expect(applied.sort()).toEqual(simulator.received.map(({ alias }) => alias).sort());
    expect(applied.length).toBeLessThan(400);
    expect(results.filter(({ outcome }) => outcome !== "applied" && outcome !== "not-sent")).toEqual([]);
    expect(files.some((path) => path.endsWith("remaining.csv"))).toBe(true);
    expect(files.some((path) => path.endsWith("run.db") || path.endsWith(".part"))).toBe(false);
  },
);

test("A second signal does not wait for slow calls, and their rows are unknown", async () => {
  const { simulator, cwd, run } = await underWay({}, 20);
  simulator.setLatency(20_000);
  await run.said("will belong to");
  // All lanes wait for slow answers now.
  await until("slow calls", () => simulator.counters.mostInFlight >= 8);
  run.kill("SIGTERM");
  await run.said("SIGTERM: finishing");
  const startMs = Date.now();
  run.kill("SIGTERM");
  const { code, summary, results } = await endOf(run, cwd);
  expect(Date.now() - startMs).toBeLessThan(5_000);
  expect(code).toBe(143);
  expect(summary).toMatchObject({ exitCode: 143 });
  const unknown = results.filter(({ outcome }) => outcome === "unknown");
  expect(unknown.length).toBeGreaterThan(0);
  expect(new Set(unknown.map(({ code: why }) => why))).toEqual(new Set(["interrupted"]));
});

test("A signal while the lanes wait for the quota ends the run at once", async () => {
  const { cwd, run } = await underWay({ quota: { calls: 20, windowMs: 60_000 } }, 18);
  const startMs = Date.now();
  run.kill("SIGINT");
  const { code, results } = await endOf(run, cwd);
  expect(Date.now() - startMs).toBeLessThan(5_000);
  expect(code).toBe(130);
  expect(results.filter(({ outcome }) => outcome === "applied")).toHaveLength(18);
});

test("A signal while a row waits for its retry ends the run at once, and the row has the outcome of its last attempt", async () => {
  const { cwd, run, simulator } = await underWay(
    { faults: [{ alias: "a7@old.example", kind: "status", status: 503, headers: { "Retry-After": "60" } }] },
    400,
  );
  await until("all others", () => simulator.aliases.size === 399);
  run.kill("SIGINT");
  const { code, results } = await endOf(run, cwd);
  expect(code).toBe(130);
  expect(results[6]).toMatchObject({
    alias: "a7@old.example",
    outcome: "unknown",
    code: "http_503",
    attempts: "1",
  });
});

test.each([
  ["import", []],
  ["dry run", ["--dry-run"]],
])("A signal while the input of an %s is being read leaves nothing behind", async (_, words) => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(300_000));
  const run = startCli(["import", "a.csv", ...words], { cwd, env: simulatorEnv(simulator) });
  await run.said("Reading ");
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain("nothing is left behind");
  expect(filesBelow(join(cwd, "runs")).map((path) => path.replace(/-wal$/, ""))).not.toContain("run.db");
  expect(filesBelow(join(cwd, "runs")).every((path) => path.startsWith("ledger.db"))).toBe(true);
  expect(simulator.counters.calls).toBe(0);
});

test.each([
  ["import", []],
  ["dry run", ["--dry-run"]],
])("A signal while the %s waits for standard input ends it", async (_, words) => {
  const simulator = await simulatorFor();
  const run = startCli(["import", "-", ...words], { env: simulatorEnv(simulator), stdin: "open" });
  await run.said("Waiting for standard input");
  run.kill("SIGINT");
  const ended = await Promise.race([
    run.ended,
    new Promise<"still waiting">((resolve) => setTimeout(() => resolve("still waiting"), 5_000)),
  ]);
  expect(ended).toMatchObject({ code: 130 });
});

test.each([
  ["import", ["import", "a.csv", "--concurrency", "1"]],
  ["verify", ["verify", "a.csv"]],
  ["export", ["export", "--all-groups", "--output", "m.csv"]],
])("%s --quiet writes no record when SIGINT ends it", async (_, words) => {
  const simulator = await simulatorFor({
    latencyMs: 50,
    directory: {
      domains: [{ domain: "old.example", aliases: 1_000_000 }],
      groups: [{ name: "A", members: 100_000 }],
    },
  });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(400));
  const run = startCli([...words, "--quiet"], { cwd, env: simulatorEnv(simulator) });
  await until("some calls", () => simulator.counters.calls > 3);
  run.kill("SIGINT");
  const { code, stderr, stdout } = await run.ended;
  expect({ code, stderr, stdout }).toEqual({ code: 130, stderr: "", stdout: "" });
});
