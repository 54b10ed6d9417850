import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, manyRows, readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const NOWHERE = simulatorEnv({ url: "http://127.0.0.1:9" });

test("A second run in the same folder ends with 75 at once, and does not disturb the first", async () => {
  const simulator = await simulatorFor({ latencyMs: 20 });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(300));
  const first = startCli(["import", "a.csv", "--concurrency", "4"], { cwd, env });
  await first.said("will belong to");
  const startMs = Date.now();
  const second = await runCli(["import", "a.csv"], { cwd, env });
  expect(second.code).toBe(75);
  expect(second.stderr).toContain(join(cwd, "runs", "ledger.db"));
  expect(Date.now() - startMs).toBeLessThan(5_000);
  expect((await first.ended).code).toBe(0);
  expect(simulator.aliases.size).toBe(300);
  expect(simulator.counters.calls).toBe(300);
});

test("A folder belongs to one account: other credentials end with 78, and the recorded name lets them in", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const env = simulatorEnv(simulator);
  const first = await runCli(["import", "a.csv"], { cwd, env: { ...env, MIMECAST_TENANT: "our tenant" } });
  expect(first.code).toBe(0);
  const other = await runCli(["import", "a.csv"], { cwd, env });
  expect(other.code).toBe(78);
  expect(other.stderr).toContain("MIMECAST_TENANT='our tenant'");
  const same = await runCli(["import", "a.csv"], { cwd, env: { ...env, MIMECAST_TENANT: "our tenant" } });
  expect(same.code).toBe(0);
  expect(simulator.counters.calls).toBe(3);
});

test("--simulate uses its own folder, and works again on another port", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  expect((await runCli(["import", "a.csv", "--simulate"], { cwd })).code).toBe(0);
  const second = await runCli(["import", "a.csv", "--simulate"], { cwd });
  expect(second.code).toBe(0);
  expect(second.stderr).toContain("3 unchanged");
  expect(filesBelow(join(cwd, "runs")).every((path) => path.startsWith("simulated/"))).toBe(true);
});

test.each([
  ["a file that is missing", ["import", "none.csv"], 66, "none.csv"],
  ["a folder", ["import", "."], 66, "is a folder"],
  ["no such column", ["import", "other.csv"], 65, "aliasFor=mail,alias=old"],
  ["no text", ["import", "zip.csv"], 65, "zip.csv"],
  ["an empty file", ["import", "empty.csv"], 65, "is empty"],
  ["no file at all", ["import"], 64, "missing required argument"],
  ["an unknown option", ["import", "a.csv", "--speed", "9"], 64, "--speed"],
  ["an unknown command", ["improt", "a.csv"], 64, "improt"],
  ["a bad value", ["import", "a.csv", "--concurrency", "0"], 64, "--concurrency"],
  ["several bad values", ["import", "a.csv", "--limit", "x", "--max-failures", "0"], 64, "--max-failures"],
])("reports %s with its exit code", async (_, words, exitCode, expected) => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(1));
  put(cwd, "other.csv", "mail,old\nann,bob\n");
  put(cwd, "zip.csv", "PK\u0003\u0004xxxx");
  put(cwd, "empty.csv", "");
  const { code, stderr } = await runCli(words, { cwd, env: NOWHERE });
  expect(stderr).toContain(expected);
  expect(code).toBe(exitCode);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(filesBelow(cwd).filter((path) => path.startsWith("runs"))).toEqual([]);
});

test("Missing settings are reported all at once, with 78", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(1));
  const none = await runCli(["import", "a.csv"], { cwd });
  expect(none.code).toBe(78);
  for (const name of ["MIMECAST_CLIENT_ID", "MIMECAST_CLIENT_SECRET"]) expect(none.stderr).toContain(name);
  const some = await runCli(["import", "a.csv"], {
    cwd,
    env: { MIMECAST_APP_ID: "x", MIMECAST_BASE_URL: "ftp://x" },
  });
  expect(some.code).toBe(78);
  for (const name of [
    "MIMECAST_APP_KEY",
    "MIMECAST_ACCESS_KEY",
    "MIMECAST_SECRET_KEY",
    "MIMECAST_BASE_URL",
  ]) {
    expect(some.stderr).toContain(name);
  }
});

test("A folder that can't be created ends with 73, and nothing is sent", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(1));
  const { code, stderr } = await runCli(["import", "a.csv", "--out", "a.csv/runs"], {
    cwd,
    env: simulatorEnv(simulator),
  });
  expect(code).toBe(73);
  expect(stderr).toContain("a.csv/runs");
  expect(simulator.counters.calls).toBe(0);
});

test("A file that is not a ledger ends with 73 and stays unchanged", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(1));
  mkdirSync(join(cwd, "runs"));
  put(cwd, "runs/ledger.db", "something else altogether, and long enough to be looked at".repeat(100));
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(73);
  expect(stderr).toContain("not a ledger of this tool");
  expect(simulator.counters.calls).toBe(0);
});

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync("umount", ["-l", folder]);
});

/** A file system of 3 MB; undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder]);
  if (status !== 0) return undefined;
  mounted.push(folder);
  return folder;
}

test("A full disk ends the run with 73, and the same command completes it once there is space", {
  timeout: 90_000,
}, async ({ skip }) => {
  const disk = smallDisk();
  if (disk === undefined) skip("needs the right to mount a file system");
  const out = join(disk ?? "", "runs");
  const simulator = await simulatorFor({ record: true });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(40_000));
  put(cwd, "small.csv", manyRows(5_000));
  const env = simulatorEnv(simulator);
  const whileReading = await runCli(["import", "a.csv", "--out", out], { cwd, env });
  expect(whileReading.code).toBe(73);
  expect(simulator.counters.calls).toBe(0);

  // Room for what is read, but not for the record of what is sent.
  const whileSending = await runCli(["import", "small.csv", "--out", out], { cwd, env });
  expect(whileSending.code).toBe(73);
  expect(whileSending.stderr).toMatch(/make room/i);
  const sentBefore = simulator.received.length;
  spawnSync("mount", ["-o", "remount,size=100m", disk ?? ""]);
  const again = await runCli(["import", "small.csv", "--out", out], { cwd, env });
  expect(again.code).toBe(0);
  expect(simulator.aliases.size).toBe(5_000);
  const recorded = filesBelow(out)
    .filter((path) => path.endsWith("results.csv"))
    .flatMap((path) => readCsvFile(join(out, path)))
    .filter(({ outcome }) => outcome === "applied");
  expect(new Set(recorded.map(({ alias }) => alias)).size).toBe(5_000);
  expect(recorded).toHaveLength(5_000);
  expect(simulator.received.length - sentBefore).toBeLessThanOrEqual(5_000);
  expect(filesBelow(out).filter((path) => /run\.db|\.part$/.test(path))).toEqual([]);
});

test("Several files on the command line are one run", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", csvOf([["ann@new.example", "a@old.example"]]));
  put(cwd, "b.csv", csvOf([["bob@new.example", "b@old.example"]]));
  const { code } = await runCli(["import", "a.csv", "b.csv", "--quiet"], {
    cwd,
    env: simulatorEnv(simulator),
  });
  expect(code).toBe(0);
  expect(simulator.aliases.size).toBe(2);
});

test("Standard input is imported with -", async () => {
  const simulator = await simulatorFor();
  const { code } = await runCli(["import", "-", "--quiet"], {
    env: simulatorEnv(simulator),
    stdin: manyRows(7),
  });
  expect(code).toBe(0);
  expect(simulator.aliases.size).toBe(7);
});
