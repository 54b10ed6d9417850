import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
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

test("A run writes its metrics atomically, readable for the collector", async () => {
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
  "A run that fails as a whole, with %i, writes metrics and keeps the time of the last success",
  async (exitCode, words, env) => {
    const { run, path } = await settled();
    expect((await run()).code).toBe(0);
    const succeeded = valueIn(path, "last_success_timestamp_seconds");
    expect((await run(words, env)).code).toBe(exitCode);
    expect(valueIn(path, "last_run_exit_code")).toBe(exitCode);
    expect(valueIn(path, "last_success_timestamp_seconds")).toBe(succeeded);
  },
);

test("The folder of the ledger distinguishes the metrics of simulated and real runs", async () => {
  const { cwd, run, path } = await settled();
  expect((await run(["--simulate"])).code).toBe(0);
  expect(readFileSync(path, "utf8")).toContain(`out="${join(cwd, "runs", "simulated")}"`);
});

test("A run that leaves rows to do is not a success in its metrics", async () => {
  const { run, path } = await settled(`${manyRows(3)},\n`);
  expect((await run()).code).toBe(1);
  expect(valueIn(path, 'last_run_rows{outcome="invalid"')).toBe(1);
  expect(valueIn(path, "last_success_timestamp_seconds")).toBe(0);
});

test("A run that finds the ledger locked writes that to its metrics", async () => {
  const { cwd, simulator, run, path } = await settled(manyRows(100));
  const holder = startCli(["import", "a.csv", "--max-rate", "2"], { cwd, env: simulatorEnv(simulator) });
  await until("a row", () => simulator.aliases.size > 0);
  expect((await run()).code).toBe(75);
  expect(valueIn(path, "last_run_exit_code")).toBe(75);
  holder.kill("SIGKILL");
  await holder.ended;
});

test("A folder that does not exist is reported before anything is sent", async () => {
  const { cwd, simulator, run } = await settled();
  const { code, stderr } = await run(["--metrics-file", "nowhere/import.prom"]);
  expect(code).toBe(73);
  expect(stderr).toContain("nowhere/import.prom can't be written: its folder does not exist");
  expect(simulator.counters.calls).toBe(0);
  expect(existsSync(join(cwd, "runs"))).toBe(false);
});

test("Metrics that can't be written at the end are reported, and the exit code is 73", async () => {
  const { cwd, simulator, path } = await settled(manyRows(40));
  const words = ["import", "a.csv", "--metrics-file", "collector/import.prom", "--max-rate", "20", "--quiet"];
  const run = startCli(words, { cwd, env: simulatorEnv(simulator) });
  await until("a row", () => simulator.aliases.size > 0);
  mkdirSync(path);
  const { code, stderr } = await run.ended;
  expect(code).toBe(73);
  expect(stderr).toMatch(/--metrics-file: .*import\.prom is there: it is not an ordinary file/);
  expect(simulator.aliases.size).toBe(40);
  expect(filesBelow(cwd).some((name) => name.endsWith("results.csv"))).toBe(true);
});

test.each(["a.csv", ".env", "import.txt", ".prom", "collector/", ""])(
  "A metrics file with the name '%s' is a usage error, and the file stays unchanged",
  async (name) => {
    const { cwd, simulator, run } = await settled();
    put(cwd, ".env", "# settings\n");
    const { code, stderr } = await run(["--metrics-file", name, "--limit", "none"]);
    expect(code).toBe(64);
    expect(stderr).toContain("--metrics-file: expected a file whose name ends in .prom");
    expect(stderr).toContain("--limit");
    expect(simulator.counters.calls).toBe(0);
    expect(readFileSync(join(cwd, ".env"), "utf8")).toBe("# settings\n");
    expect(readFileSync(join(cwd, "a.csv"), "utf8")).toBe(manyRows(3));
  },
);

test.each([
  ["another program's metrics", "# HELP node_load1 1m load average.\nnode_load1 0.5\n"],
  ["a table", manyRows(3)],
  ["metrics among other things", "mimecast_bulk_import_last_run_exit_code 0\nMIMECAST_CLIENT_ID=x\n"],
])("A .prom file with %s is not replaced, and nothing is sent", async (_, content) => {
  const { cwd, simulator, run, path } = await settled();
  put(cwd, "collector/import.prom", content);
  const { code, stderr } = await run();
  expect(code).toBe(73);
  expect(stderr).toContain("replaces only a file that it has written itself");
  expect(readFileSync(path, "utf8")).toBe(content);
  expect(simulator.counters.calls).toBe(0);
});

test("An empty .prom file is replaced", async () => {
  const { cwd, run, path } = await settled();
  put(cwd, "collector/import.prom", "");
  expect((await run()).code).toBe(0);
  expect(valueIn(path, "last_run_exit_code")).toBe(0);
});

test.runIf(process.platform !== "win32").each([
  ["a named pipe", (path: string) => void execFileSync("mkfifo", [path])],
  [
    "a link to a named pipe",
    (path: string) => {
      execFileSync("mkfifo", [`${path}.pipe`]);
      symlinkSync(`${path}.pipe`, path);
    },
  ],
  ["a link to a device", (path: string) => symlinkSync("/dev/zero", path)],
  ["a folder", (path: string) => void mkdirSync(path)],
])("A metrics file that is %s is refused before anything is sent", async (_, make) => {
  const { simulator, run, path } = await settled();
  make(path);
  const { code, stderr } = await run();
  expect(code).toBe(73);
  expect(stderr).toContain("it is not an ordinary file");
  expect(simulator.counters.calls).toBe(0);
});

test("A dry run does not change the metrics of the last import", async () => {
  const { run, path } = await settled();
  expect((await run(["--dry-run"])).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});
