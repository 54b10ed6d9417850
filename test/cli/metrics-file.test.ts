import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, modeOf, put, temporaryFolder } from "../support/temporary-folder.ts";

async function settled(csv = manyRows(3)) {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", csv);
  mkdirSync(join(cwd, "collector"));
  const simulator = await simulatorFor();
  const path = join(cwd, "collector", "import.prom");
  const run = (more: readonly string[] = [], env: Record<string, string> = {}) =>
    runCli(["import", "a.csv", "--metrics-file", "collector/import.prom", ...more], {
      cwd,
      env: { ...simulatorEnv(simulator), ...env },
    });
  return { cwd, simulator, run, path };
}

function valueIn(path: string, name: string): number {
  const line = readFileSync(path, "utf8")
    .split("\n")
    .find((it) => it.startsWith(`mimecast_bulk_import_${name}`));
  return Number(line?.split(" ").at(-1));
}

test("A run leaves its metrics in one piece, for whoever collects them", async () => {
  const { cwd, run, path } = await settled();
  expect((await run()).code).toBe(0);
  expect(valueIn(path, "last_run_exit_code")).toBe(0);
  expect(valueIn(path, 'last_run_rows{outcome="applied"')).toBe(3);
  expect(valueIn(path, 'last_run_calls{status="200"')).toBe(3);
  expect(readFileSync(path, "utf8")).toContain(`out="${join(cwd, "runs")}"`);
  expect(modeOf(path)).toBe((0o644 & ~process.umask()).toString(8));
  expect(filesBelow(join(cwd, "collector"))).toEqual(["import.prom"]);
});

test.each<[number, readonly string[], Record<string, string>?]>([
  [64, ["--limit", "none"]],
  [78, [], { MIMECAST_CLIENT_SECRET: "" }],
  [65, ["--columns", "alias=nowhere"]],
  [66, ["missing.csv"]],
  [77, ["--resend-before", "now"], { MIMECAST_CLIENT_SECRET: "not-the-secret" }],
])(
  "A run that fails as a whole, with %i, leaves them too, and when one last succeeded stays known",
  async (exitCode, words, env) => {
    const { run, path } = await settled();
    expect((await run()).code).toBe(0);
    const succeeded = valueIn(path, "last_success_timestamp_seconds");
    expect((await run(words, env)).code).toBe(exitCode);
    expect(valueIn(path, "last_run_exit_code")).toBe(exitCode);
    expect(valueIn(path, "last_success_timestamp_seconds")).toBe(succeeded);
  },
);

test("A rehearsal is told apart from a run by the folder of its ledger", async () => {
  const { cwd, run, path } = await settled();
  expect((await run(["--simulate"])).code).toBe(0);
  expect(readFileSync(path, "utf8")).toContain(`out="${join(cwd, "runs", "simulated")}"`);
});

test("A run that leaves something to do is no success", async () => {
  const { run, path } = await settled(`${manyRows(3)},\n`);
  expect((await run()).code).toBe(1);
  expect(valueIn(path, 'last_run_rows{outcome="invalid"')).toBe(1);
  expect(valueIn(path, "last_success_timestamp_seconds")).toBe(0);
});

test("A run that finds the ledger held says so in its metrics", async () => {
  const { cwd, simulator, run, path } = await settled(manyRows(100));
  const holder = startCli(["import", "a.csv", "--max-rate", "2"], { cwd, env: simulatorEnv(simulator) });
  await until("a row", () => simulator.aliases.size > 0);
  expect((await run()).code).toBe(75);
  expect(valueIn(path, "last_run_exit_code")).toBe(75);
  holder.kill("SIGKILL");
  await holder.ended;
});

test("A folder that is not there is told before anything is sent", async () => {
  const { cwd, simulator, run } = await settled();
  const { code, stderr } = await run(["--metrics-file", "nowhere/import.prom"]);
  expect(code).toBe(73);
  expect(stderr).toContain("nowhere/import.prom can't be written: its folder does not exist");
  expect(simulator.counters.calls).toBe(0);
  expect(existsSync(join(cwd, "runs"))).toBe(false);
});

test("Metrics that can't be written at the end are told, and the exit code is 73", async () => {
  const { cwd, simulator, run, path } = await settled();
  mkdirSync(path);
  const { code, stderr } = await run(["--quiet"]);
  expect(code).toBe(73);
  expect(stderr).toMatch(/--metrics-file: .*import\.prom can't be written/);
  expect(simulator.aliases.size).toBe(3);
  expect(filesBelow(cwd).some((name) => name.endsWith("results.csv"))).toBe(true);
});

test("A dry run leaves the metrics of the last import alone", async () => {
  const { run, path } = await settled();
  expect((await run(["--dry-run"])).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});
