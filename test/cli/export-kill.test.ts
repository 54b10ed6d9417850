import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realPause } from "../support/clocks.ts";
import { withGroups } from "../support/exporting.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

/** How often an export is killed; `KILLS=20` for more than a suite has time for. */
const KILLS = Number(process.env["KILLS"] ?? 4);
const GROUPS = 6;
const MEMBERS = 2_000;

test(`Killed at ${KILLS} random moments, an export leaves the old file or the new one, whole, and the next run no other file`, {
  timeout: 60_000 + KILLS * 15_000,
}, async () => {
  const groups = Array.from({ length: GROUPS }, (_, index) => ({ name: `G${index}`, members: MEMBERS }));
  const simulator = await withGroups(groups, { latencyMs: { fromMs: 1, toMs: 8 } });
  const cwd = temporaryFolder();
  const words = ["export", "--all-groups", "--output", "m.csv", "--changes", "c.csv", "--page-size", "100"];
  const env = simulatorEnv(simulator);
  const began = performance.now();
  expect((await runCli([...words, "--columns", "group,emailAddress"], { cwd, env })).code).toBe(0);
  const tookMs = performance.now() - began;
  const old = readFileSync(join(cwd, "m.csv"), "utf8");
  const reference = await runCli(words, { cwd, env });
  expect(reference.code).toBe(0);
  const made = readFileSync(join(cwd, "m.csv"), "utf8");
  expect(made.split("\n")).toHaveLength(GROUPS * MEMBERS + 2);

  for (let kill = 0; kill < KILLS; kill += 1) {
    put(cwd, "m.csv", old);
    const run = startCli(words, { cwd, env });
    await realPause(Math.random() * tookMs * 1.1);
    run.kill("SIGKILL");
    await run.ended;
    const left = readFileSync(join(cwd, "m.csv"), "utf8");
    expect(left === old ? "old" : left === made ? "new" : `${left.length} characters`).toMatch(/^(old|new)$/);
  }
  put(cwd, "m.csv", old);
  expect((await runCli(words, { cwd, env })).code).toBe(0);
  expect(readFileSync(join(cwd, "m.csv"), "utf8")).toBe(made);
  expect(readdirSync(cwd).sort()).toEqual(["c.csv", "m.csv"]);
});
