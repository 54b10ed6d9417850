import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { csvOf, manyRows, readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, modeOf, put, temporaryFolder } from "../support/temporary-folder.ts";

/** Of the run folders of verifications, the newest file. */
function verifyFile(cwd: string): string {
  const path =
    filesBelow(join(cwd, "runs"))
      .filter((it) => it.endsWith("verify.csv"))
      .at(-1) ?? "";
  return join(cwd, "runs", path);
}

test("verify finds the aliases of a simulated import, needs no lock and leaves one private file", async () => {
  const simulator = await simulatorFor({ latencyMs: 20 });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(20));
  put(cwd, "b.csv", manyRows(400, "other.example"));
  expect((await runCli(["import", "a.csv"], { cwd, env })).code).toBe(0);
  const beside = startCli(["import", "b.csv", "--concurrency", "4"], { cwd, env });
  await beside.said("will belong to");
  const { code, stdout } = await runCli(["verify", "a.csv"], { cwd, env });
  expect(code).toBe(0);
  expect(stdout).toBe("");
  expect(readCsvFile(verifyFile(cwd)).map(({ found }) => found)).toEqual(Array(20).fill("alias"));
  expect(modeOf(verifyFile(cwd))).toBe("600");
  expect(verifyFile(cwd)).toMatch(/\/runs\/\d{8}T\d{9}Z-a\/verify\.csv$/);
  expect(filesBelow(join(cwd, "runs")).filter((path) => path.includes("verify"))).toHaveLength(1);
  expect((await beside.ended).code).toBe(0);
});

test("verify reads standard input as -, and prints nothing with --quiet", async () => {
  const simulator = await simulatorFor({ directory: { domains: [{ domain: "old.example", aliases: 3 }] } });
  const cwd = temporaryFolder();
  const stdin = csvOf([["ann@new.example", "alias3@old.example"]]);
  const end = await runCli(["verify", "-", "--quiet"], { cwd, env: simulatorEnv(simulator), stdin });
  expect(end).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  expect(verifyFile(cwd)).toMatch(/Z-stdin\/verify\.csv$/);
});

test("A killed verification leaves nothing that disturbs a later verification or import", async () => {
  const simulator = await simulatorFor({
    latencyMs: 50,
    directory: { domains: [{ domain: "old.example", aliases: 1_000_000 }] },
  });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(50));
  for (const next of ["import", "verify"]) {
    const run = startCli(["verify", "a.csv"], { cwd, env });
    const calls = simulator.counters.calls;
    await until("some pages", () => simulator.counters.calls > calls + 3);
    run.kill("SIGKILL");
    await run.ended;
    expect(readdirSync(join(cwd, "runs")).some((name) => name.endsWith("Z-a"))).toBe(true);
    put(cwd, "small.csv", csvOf([["ann@new.example", "a1@elsewhere.example"]]));
    const { code, stderr } = await runCli([next, "small.csv"], { cwd, env });
    expect(stderr).not.toMatch(/SQLITE|killed/);
    expect(code).toBe(0);
    expect(filesBelow(join(cwd, "runs")).filter((path) => path.includes("Z-a/"))).toEqual([]);
  }
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends a verification with %i, without a file", async (signal, exitCode) => {
  const simulator = await simulatorFor({
    latencyMs: 30,
    directory: { domains: [{ domain: "old.example", aliases: 1_000_000 }] },
  });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(50));
  const run = startCli(["verify", "a.csv"], { cwd, env: simulatorEnv(simulator) });
  await until("some pages", () => simulator.counters.calls > 3);
  run.kill(signal);
  expect((await run.ended).code).toBe(exitCode);
  expect(run.stderr()).toContain("verify.csv is not written");
  expect(filesBelow(join(cwd, "runs"))).toEqual([]);
});

test("verify --simulate finds the aliases of earlier imports with --simulate", async () => {
  const cwd = temporaryFolder();
  put(
    cwd,
    "a.csv",
    csvOf([
      ["ann@new.example", "ann@old.example"],
      ["zoë@new.example", "zoë@grüne-wiese.example"],
      ["bob@new.example", "forbidden@faults.example"],
    ]),
  );
  const found = async (): Promise<(string | undefined)[]> => {
    expect((await runCli(["verify", "a.csv", "--simulate"], { cwd })).code).toBe(1);
    return readCsvFile(verifyFile(cwd)).map((row) => row["found"]);
  };
  expect(await found()).toEqual(["not-checkable", "not-checkable", "not-checkable"]);
  expect((await runCli(["import", "a.csv", "--simulate"], { cwd })).code).toBe(1);
  expect(await found()).toEqual(["alias", "alias", "not-checkable"]);
  const left = filesBelow(join(cwd, "runs"));
  expect(left.every((path) => path.startsWith("simulated/"))).toBe(true);
  expect(left.filter((path) => /verify\.db|dry-run|simulated-account/.test(path))).toEqual([]);
});
