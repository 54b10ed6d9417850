import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { until } from "../support/clocks.ts";
import { manyRows } from "../support/csv-files.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

test("The settings that simulate prints work with import when put into a file, and SIGINT ends it", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(20));
  const options = [
    "--quota",
    "800/5s",
    "--background-calls",
    "3/100ms",
    "--skew=-40ms",
    "--latency",
    "1ms-5ms",
    "--seed",
    "7",
  ];
  const simulator = startCli(["simulate", "--port", "0", ...options], { cwd });
  await until("the settings", () => simulator.stdout().includes("MIMECAST_SECRET_KEY"));
  put(cwd, "two.env", simulator.stdout());
  put(cwd, "one.env", simulator.stdout().split("Or, for API 1.0:")[1]?.replaceAll("# ", "") ?? "");
  const second = await runCli(["import", "a.csv", "--env-file", "two.env", "--out", "two"], { cwd });
  expect(second.code).toBe(0);
  const first = await runCli(["import", "a.csv", "--env-file", "one.env", "--out", "one"], { cwd });
  expect(first.code).toBe(0);
  simulator.kill("SIGINT");
  const { code, stderr } = await simulator.ended;
  expect(code).toBe(130);
  expect(stderr).toContain("20 aliases are set, by 40 calls");
});

test("Faults in a file take effect", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  put(cwd, "faults.json", '[{ "alias": "a2@old.example", "kind": "fail", "code": "err_no" }]');
  const simulator = startCli(["simulate", "--port", "0", "--faults", "faults.json"], { cwd });
  await until("the settings", () => simulator.stdout().includes("MIMECAST_SECRET_KEY"));
  put(cwd, ".env", simulator.stdout());
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain("err_no");
  simulator.kill("SIGTERM");
  expect((await simulator.ended).code).toBe(143);
});

test("Groups in a file are those of the account, and --latency delays the responses", async () => {
  const cwd = temporaryFolder();
  put(cwd, "groups.json", '{ "groups": [{ "name": "Ours", "id": "o-1", "members": 3 }] }');
  const options = ["--groups", "groups.json", "--latency", "5ms", "--skew", "40ms", "--quota", "800/5s"];
  const simulator = startCli(["simulate", "--port", "0", ...options], { cwd });
  await until("the settings", () => simulator.stdout().includes("MIMECAST_SECRET_KEY"));
  put(cwd, ".env", simulator.stdout());
  const { code, stdout } = await runCli(["export", "--group", "ours", "--quiet"], { cwd });
  expect(code).toBe(0);
  expect(stdout.split("\n")).toHaveLength(5);
  simulator.kill("SIGINT");
  expect((await simulator.ended).code).toBe(130);
});

test("The documentation lists every option of simulate", async () => {
  const { stdout } = await runCli(["simulate", "--help"]);
  const options = [...stdout.matchAll(/^ {2}(--[a-z]+) </gm)].map(([, option]) => option);
  const text = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `(--[a-z]+) /gm)].map(([, option]) => option);
  expect(documented).toEqual(options);
});

test.each([
  ["--quota", "800"],
  ["--quota", "0/5s"],
  ["--quota", "800/5"],
  ["--quota", "800/0s"],
  ["--background-calls", "300"],
  ["--background-calls", "300/0s"],
  ["--skew", "fast"],
  ["--latency", "fast"],
  ["--latency", "5"],
  ["--latency", "250ms-150ms"],
  ["--latency", "1ms-2ms-3ms"],
  ["--latency", "-5ms"],
  ["--seed", "lucky"],
  ["--port", "70000"],
  ["--port", "-1"],
  ["--unknown", "1"],
])("%s %s is rejected with 64 and named", async (option, value) => {
  const { code, stderr } = await runCli(["simulate", "--port", "0", `${option}=${value}`]);
  expect(code).toBe(64);
  expect(stderr).toContain(option);
});

test("A port in use is rejected with 64", async () => {
  const first = startCli(["simulate", "--port", "0"]);
  await until("the settings", () => first.stdout().includes("MIMECAST_SECRET_KEY"));
  const port = /127\.0\.0\.1:(\d+)/.exec(first.stdout())?.[1] ?? "";
  const second = await runCli(["simulate", "--port", port]);
  expect(second.code).toBe(64);
  expect(second.stderr).toContain(port);
  first.kill("SIGHUP");
  expect((await first.ended).code).toBe(129);
});

test("A faults file that is missing, not JSON or invalid is reported with the reason", async () => {
  const cwd = temporaryFolder();
  put(cwd, "text.json", "no json");
  put(cwd, "wrong.json", '[{ "alias": "a@b.example", "kind": "explode" }, { "kind": "drop" }]');
  const missing = await runCli(["simulate", "--port", "0", "--faults", "none.json"], { cwd });
  expect(missing.code).toBe(66);
  expect(missing.stderr).toContain("none.json");
  const text = await runCli(["simulate", "--port", "0", "--faults", "text.json"], { cwd });
  expect(text.code).toBe(65);
  expect(text.stderr).toContain("text.json");
  const wrong = await runCli(["simulate", "--port", "0", "--faults", "wrong.json"], { cwd });
  expect(wrong.code).toBe(65);
  expect(wrong.stderr).toMatch(/\[0\]\.kind.*explode[\s\S]*\[1\]/);
});
