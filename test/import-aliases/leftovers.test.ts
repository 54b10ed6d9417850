import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Shutdown } from "../../src/engine/shutdown.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { contentBelow, filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** A folder in `runs`, made by hand. */
function folderIn(cwd: string, name: string): string {
  const folder = join(cwd, "runs", name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A run of 200 rows that was killed when some of them were in place. */
async function killedRun() {
  const simulator = await simulatorFor({ latencyMs: 5 });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(200));
  const run = startCli(["import", "a.csv", "--concurrency", "4", "--max-rate", "100"], { cwd, env });
  await run.said("will belong to");
  while (simulator.aliases.size < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  run.kill("SIGKILL");
  await run.ended;
  return { simulator, cwd, env };
}

test("A run removes only its own files, and keeps the user's beside them and in other folders", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const killed = folderIn(cwd, "20260101T000000000Z-killed");
  put(killed, "run.db", "");
  put(killed, "mine.csv", "mine");
  put(folderIn(cwd, "20260101T000000001Z-empty"), "run.db", "");
  const archive = folderIn(cwd, "archive");
  put(archive, "run.db", "");
  put(archive, "notes.txt", "notes");
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(simulator) });
  expect(stderr).toContain("its record holds no sent rows");
  expect(code).toBe(0);
  const left = filesBelow(join(cwd, "runs")).filter((path) => !/-a\/|^ledger/.test(path));
  expect(left).toEqual(["20260101T000000000Z-killed/mine.csv", "archive/notes.txt", "archive/run.db"]);
});

test("A run.db of another program ends the run with 73 and names the folder to move away", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(3));
  const folder = folderIn(cwd, "20260101T000000000Z-a");
  const path = put(folder, "run.db", "my own notes\n".repeat(500));
  for (const words of [
    ["import", "a.csv"],
    ["import", "a.csv", "--dry-run"],
  ]) {
    const { code, stderr } = await runCli(words, { cwd, env });
    expect(code).toBe(73);
    expect(stderr).toMatch(
      /20260101T000000000Z-a\/run\.db is not a run .*Move the folder .*20260101T000000000Z-a away/,
    );
    expect(stderr).not.toMatch(/^ +at /m);
  }
  expect(readFileSync(path, "utf8")).toContain("my own notes");
  renameSync(folder, join(cwd, "moved away"));
  expect((await runCli(["import", "a.csv"], { cwd, env })).code).toBe(0);
});

test("The first line counts the rows of a killed run, before the line about its files", async () => {
  const { simulator, cwd, env } = await killedRun();
  const inPlace = simulator.aliases.size;
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd, env });
  expect(code).toBe(0);
  const [first = "", second = ""] = stderr.split("\n");
  const known = Number(/ledger\.db: (\d+) rows known/.exec(first)?.[1]);
  expect(known).toBeGreaterThan(0);
  expect(known).toBeLessThanOrEqual(inPlace + 4);
  expect(second).toContain("was killed; its files are written now");
});

test("A dry run after a killed run plans with that run's outcomes, and changes none of its files", async () => {
  const { cwd, env } = await killedRun();
  const before = contentBelow(join(cwd, "runs"));
  const { stdout, code } = await runCli(["import", "a.csv", "--dry-run", "--json"], { cwd });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcomes: { unchanged: expect.toSatisfy((rows) => rows > 0) } });
  const kept = filesBelow(join(cwd, "runs")).filter((path) => !path.endsWith("plan.csv"));
  expect(kept.map((path) => readFileSync(join(cwd, "runs", path), "latin1")).join("\n")).toBe(before);
  expect((await runCli(["import", "a.csv"], { cwd, env })).code).toBe(0);
});

test("A signal that comes while the files are written does not make a finished run a stopped one", async () => {
  const simulator = await simulatorFor();
  const folder = join(temporaryFolder(), "runs");
  const shutdown = new Shutdown();
  const timer = setInterval(() => {
    const isWriting = filesBelow(folder).some((path) => path.includes("results.csv"));
    if (isWriting && shutdown.reasons.length === 0)
      shutdown.drainNow({ kind: "signal", signal: "SIGTERM", message: "late" });
  });
  onTestFinished(() => clearInterval(timer));
  mkdirSync(folder);
  const { summary } = await importing(simulator, manyRows(2_000), { folder, shutdown });
  expect(shutdown.reasons).toHaveLength(1);
  expect(summary).toMatchObject({ state: "finished", exitCode: 0, stopReasons: [] });
});
