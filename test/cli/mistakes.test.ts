import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf } from "../support/csv-files.ts";
import { messagesOf, runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const ROWS = csvOf([
  ["aliasFor", "alias"],
  ["ann@new.example", "ann@old.example"],
]);
const isLinux = process.platform === "linux";

test.each([
  ["--skip-domain", ["--skip-domain", "none.example", "b.csv"]],
  ["--in-place-code", ["--in-place-code", "err_x", "b.csv"]],
])("A file that %s would consume as a value is reported", async (option, words) => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", ROWS);
  put(cwd, "b.csv", ROWS);
  const { code, stderr } = await runCli(["import", "a.csv", ...words, "--dry-run"], { cwd });
  expect(code).toBe(64);
  expect(stderr).toContain(`${option} has consumed the file b.csv as a value`);
});

test.each([["check"], ["import", "a.csv"]])(
  "A secret given as an option is not repeated by %s",
  async (...words) => {
    const { code, stderr } = await runCli([...words, "--client-secret=hush'hush"]);
    expect(code).toBe(64);
    expect(stderr).toContain("unknown option '--client-secret=[redacted]'");
    expect(stderr).not.toContain("hush");
  },
);

test("Standard input named twice is a usage error", async () => {
  const { code, stderr } = await runCli(["import", "-", "-", "--dry-run"], { stdin: ROWS });
  expect(code).toBe(64);
  expect(stderr).toContain("name it once");
});

test("A message contains the unchanged name of a file, whatever is in it", async () => {
  const cwd = temporaryFolder();
  put(cwd, "100%sure %d.csv", ROWS);
  const { stderr } = await runCli(["import", "100%sure %d.csv", "--dry-run"], { cwd });
  expect(messagesOf(stderr).join("\n")).toContain("Reading 100%sure %d.csv:");
});

test.runIf(isLinux)("Results that do not fit on standard output end with 73", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", ROWS);
  const run = startCli(["import", "a.csv", "--simulate", "--json"], {
    cwd,
    stdout: openSync("/dev/full", "w"),
  });
  const { code, stderr } = await run.ended;
  expect(code).toBe(73);
  expect(stderr).toContain("standard output can't be written");
});

test("With --json, an error before the run starts is printed as JSON", async () => {
  const { code, stdout } = await runCli(["import", "missing.csv", "--dry-run", "--json"]);
  expect(code).toBe(66);
  expect(JSON.parse(stdout)).toMatchObject({ state: "failed", exitCode: 66 });
});

test.runIf(isLinux)("A named pipe is read like a file", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const pipe = join(cwd, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  const run = startCli(["import", "pipe.csv"], { cwd, env: simulatorEnv(simulator) });
  await writeFile(pipe, csvOf([["ann@new.example", "ann@old.example"]]));
  expect((await run.ended).code).toBe(0);
  expect([...simulator.aliases]).toEqual([["ann@old.example", "ann@new.example"]]);
});

test("With --json, a run stopped before it starts is printed as JSON", async () => {
  const run = startCli(["import", "-", "--json", "--simulate", "--verbose"], { stdin: "open" });
  await run.said("Opening");
  run.kill("SIGINT");
  const { code, stdout } = await run.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ state: "stopped", exitCode: 130 });
});

test.runIf(isLinux)("A signal ends a run that waits for a silent pipe", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const pipe = join(cwd, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  const run = startCli(["import", "pipe.csv", "--verbose"], { cwd, env: simulatorEnv(simulator) });
  // The system lets nobody open it for writing before the run has opened it for reading.
  const silent = await open(pipe, "w");
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(143);
  await silent.close();
});
