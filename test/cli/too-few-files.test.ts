import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { manyRows } from "../support/csv-files.ts";
import { CLI, cliEnv, simulatorEnv } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** Runs the built program in a process that can have `limit` files open at once. */
function withLimit(limit: number, words: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return spawnSync(
    "sh",
    ["-c", 'ulimit -n "$0" && exec "$@"', String(limit), process.execPath, CLI, ...words],
    {
      cwd,
      env: cliEnv(env),
      encoding: "utf8",
    },
  );
}

test.runIf(process.platform === "linux").each([22, 24, 28, 35, 50, 70, 100])(
  "A process that can open %i files ends with 70 and advice about the limit",
  (limit) => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const { status, stderr } = withLimit(limit, ["import", "a.csv", "--simulate"], cwd);
    expect(stderr).toContain("ulimit -n 1024");
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(status).toBe(70);
    expect(filesBelow(cwd)).toEqual(["a.csv"]);
  },
);

test.runIf(process.platform === "linux")(
  "A concurrency that needs more files than the process can open ends with 73 before anything is sent",
  async () => {
    const simulator = await simulatorFor();
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const words = ["import", "a.csv", "--concurrency", "256"];
    const { status, stderr } = withLimit(200, words, cwd, simulatorEnv(simulator));
    expect(stderr).toMatch(/256 connections .* ulimit -n 1024 .* lower --concurrency/);
    expect(status).toBe(73);
    expect(simulator.counters.calls).toBe(0);
    expect(filesBelow(cwd)).toEqual(["a.csv"]);
  },
);
