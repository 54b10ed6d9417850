import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { importing } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";
import { messagesOf, runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, modeOf, put, temporaryFolder } from "../support/temporary-folder.ts";

const numbers = z.array(z.number());
const summaryShape = z.object({
  state: z.string(),
  settings: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.string()),
  timeline: z.object({
    bucketMs: z.number(),
    rows: z.object({ applied: numbers, failed: numbers, unknown: numbers }),
    calls: z.record(z.string(), numbers).nullable(),
  }),
});

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}

function filesOf(cwd: string, name: string): string[] {
  return filesBelow(cwd)
    .filter((path) => path.endsWith(name))
    .map((path) => join(cwd, path));
}

test("A run leaves a report that only its owner may read, named in the summary and in the last lines", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const env = simulatorEnv(await simulatorFor());
  const { stderr, stdout } = await runCli(["import", "a.csv", "--json", "--max-failures", "5%"], {
    cwd,
    env,
  });
  const [report = ""] = filesOf(cwd, "report.html");
  expect(readFileSync(report, "utf8")).toContain("Mimecast accepted all 3 rows.");
  expect(modeOf(report)).toBe("600");
  expect(messagesOf(stderr).join("\n")).toContain(`report     ${report}`);
  const summary = summaryShape.parse(JSON.parse(stdout));
  expect(summary.files["report"]).toBe(report);
  expect(summary.settings).toMatchObject({
    "--concurrency": "64",
    "--max-failures": "5 %",
    MIMECAST_API: "2.0",
  });
});

test("The summary's timeline adds up to the run's totals", async () => {
  const simulator = await simulatorFor({ quota: { calls: 60, windowMs: 1_500 } });
  const csv = manyRows(150).replace("a7@old.example", "invalid-7@faults.example");
  const { summary } = await importing(simulator, csv);
  const { timeline, calls, outcomes } = summary;
  expect(timeline?.rows).toMatchObject({ unknown: expect.arrayContaining([0]) });
  expect(sum(timeline?.rows.applied)).toBe(outcomes.applied);
  expect(sum(timeline?.rows.failed)).toBe(1);
  expect(sum(timeline?.calls?.total)).toBe(calls?.total);
  expect(Math.abs(sum(timeline?.calls?.quotaWaitMs) - (calls?.quotaWaitMs ?? 0))).toBeLessThan(20);
});

test("A run that sends nothing has a report, and no timeline", async () => {
  const { summary, files } = await importing(await simulatorFor(), "aliasFor,alias\n,\n");
  expect(summary.timeline).toBeNull();
  expect(readFileSync(files.report, "utf8")).toContain("Finished, and 1 of 1 row needs a look: 1 invalid.");
});

test("The lists of the timeline take a line each in summary.json", async () => {
  const { summary, runFolder } = await importing(await simulatorFor(), manyRows(3));
  const text = readFileSync(join(runFolder, "summary.json"), "utf8");
  expect(JSON.parse(text)).toEqual(summary);
  expect(text).toMatch(/^ {6}"applied": \[[\d, ]+\],$/m);
});

test("The next run writes the report of a killed run from its journal", async () => {
  const simulator = await simulatorFor({ latencyMs: 5 });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(200));
  const run = startCli(["import", "a.csv", "--concurrency", "4", "--max-rate", "100"], { cwd, env });
  await until("some rows", () => simulator.aliases.size >= 20);
  run.kill("SIGKILL");
  await run.ended;
  expect((await runCli(["import", "a.csv"], { cwd, env })).code).toBe(0);
  const [killed = "", finished = ""] = filesOf(cwd, "report.html").map((path) => readFileSync(path, "utf8"));
  expect(killed).toMatch(/The run was killed: Mimecast had accepted \d+ of 200 rows/);
  expect(killed).toContain("its calls and waits are not known");
  expect(killed).toContain("--max-rate");
  expect(finished).toMatch(/Mimecast accepted all 200 rows, \d+ now and \d+ in earlier runs\./);
  const summary = summaryShape.parse(JSON.parse(readFileSync(filesOf(cwd, "summary.json")[0] ?? "", "utf8")));
  expect(summary).toMatchObject({ state: "killed", timeline: { calls: null } });
  expect(sum(summary.timeline.rows.applied)).toBeGreaterThan(0);
});

test("The next run removes the unfinished report of a killed run", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const simulator = await simulatorFor({ latencyMs: 5 });
  const env = simulatorEnv(simulator);
  const run = startCli(["import", "a.csv", "--max-rate", "1"], { cwd, env });
  await until("a row", () => simulator.aliases.size >= 1);
  run.kill("SIGKILL");
  await run.ended;
  const [runDb = ""] = filesOf(cwd, "run.db");
  put(join(runDb, ".."), "report.html.part", "half");
  expect((await runCli(["import", "a.csv"], { cwd, env })).code).toBe(0);
  expect(filesOf(cwd, ".part")).toEqual([]);
  expect(statSync(join(runDb, "..", "report.html")).size).toBeGreaterThan(1_000);
});
