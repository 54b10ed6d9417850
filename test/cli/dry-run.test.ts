import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, manyRows, readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

test("A dry run needs no credentials, makes no call, writes the plan and leaves nothing else", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  expect(code).toBe(0);
  expect(filesBelow(join(cwd, "runs"))).toEqual([expect.stringMatching(/-a\/plan\.csv$/)]);
  expect(stderr).toContain("Nothing was sent");
});

test("plan.csv has the planned outcome of every row, in the order of the input", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(
    cwd,
    "before.csv",
    csvOf([
      ["ann@new.example", "ann@old.example"],
      ["ann@new.example", "shop@old.example"],
    ]),
  );
  await runCli(["import", "before.csv", "--quiet"], { cwd, env });
  const calls = simulator.counters.calls;
  put(
    cwd,
    "a.csv",
    csvOf([
      ["ann@new.example", "ann@old.example"],
      ["bob@new.example", "bob@old.example"],
      ["bob@new.example", "bob@old.example"],
      ["bob@new.example", "nonsense"],
      ["bob@new.example", "shop@old.example"],
      ["bob@new.example", "x@skipped.example"],
      ["cy@new.example", "two@old.example"],
      ["dan@new.example", "two@old.example"],
    ]),
  );
  const ledger = readFileSync(join(cwd, "runs", "ledger.db"));
  const words = ["import", "a.csv", "--dry-run", "--json", "--skip-domain", "skipped.example"];
  const { code, stdout } = await runCli(words, { cwd, env });
  expect(code).toBe(1);
  const summary: unknown = JSON.parse(stdout);
  expect(summary).toMatchObject({ dryRun: true, exitCode: 1, rows: 8, toSend: 1 });
  const [plan = ""] = filesBelow(join(cwd, "runs")).filter((path) => path.endsWith("plan.csv"));
  const rows = readCsvFile(join(cwd, "runs", plan));
  expect(Object.keys(rows[0] ?? {})).toEqual(["line", "aliasFor", "alias", "plan", "code", "message"]);
  expect(rows.map((row) => `${row["line"]} ${row["plan"]} ${row["code"]}`.trim())).toEqual([
    "2 unchanged in_place",
    "3 send",
    "4 duplicate duplicate_pair",
    "5 invalid invalid_address",
    "6 conflict move",
    "7 skipped skipped_domain",
    "8 conflict ambiguous_primary",
    "9 conflict ambiguous_primary",
  ]);
  expect(simulator.counters.calls).toBe(calls);
  expect(readFileSync(join(cwd, "runs", "ledger.db")).equals(ledger)).toBe(true);
});

test("A dry run works while another run holds the ledger, and does not disturb it", async () => {
  const simulator = await simulatorFor({ latencyMs: 20 });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", manyRows(200));
  const run = startCli(["import", "a.csv", "--concurrency", "4"], { cwd, env });
  await run.said("will belong to");
  const dry = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  expect(dry.code).toBe(0);
  expect((await run.ended).code).toBe(0);
  expect(simulator.aliases.size).toBe(200);
  expect(filesBelow(join(cwd, "runs")).filter((path) => path.includes("dry-run"))).toEqual([]);
});

test("A dry run of an unreadable file leaves no folder behind", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", `${manyRows(3_000)}"ann@new.example,${"x".repeat(200_000)}\n`);
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  expect(code).toBe(65);
  expect(stderr).toContain("line 3002");
  expect(filesBelow(cwd)).toEqual(["a.csv"]);
});

test("The plan on the screen shows what was read, what will be sent, and each error with its file", async () => {
  const cwd = temporaryFolder();
  const exported = "SMTP:ann@new.example;smtp:ann@old.example;x500:/o=Corp;smtp:a@old.example";
  put(
    cwd,
    "one.csv",
    csvOf([
      ["ann@new.example", exported],
      ["bob@new.example", "SMTP:bob@new.example"],
    ]),
  );
  put(
    cwd,
    "two.csv",
    csvOf([
      ["cy@new.example", "nonsense"],
      ["dan@new.example", "a@old.example"],
    ]),
  );
  const { code, stderr, stdout } = await runCli(["import", "one.csv", "two.csv", "--dry-run", "--json"], {
    cwd,
  });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    rows: 4,
    recordsWithoutAlias: 1,
    ignoredAddresses: 1,
    toSend: 1,
  });
  for (const line of [
    "Plan for 4 rows: 1 to send, 1 invalid, 2 conflict",
    "1 record without alias",
    "1 entry of another kind (x500, sip, …) skipped",
    "ann@old.example will belong to ann@new.example",
    "to send by domain: old.example 1",
    "one.csv, line 2: conflict, ambiguous_primary: line 3 of two.csv gives this alias to dan@new.example",
    "two.csv, line 2: invalid, invalid_address: alias: 'nonsense' has no @; expected local@domain",
    "two.csv, line 3: conflict, ambiguous_primary: line 2 of one.csv gives this alias to ann@new.example",
  ]) {
    expect(stderr).toContain(line);
  }
});

test("A plan that is longer than a screen counts the rest", async () => {
  const cwd = temporaryFolder();
  const toSend = Array.from({ length: 8 }, (_, at): [string, string] => [
    "ann@new.example",
    `a@d${at}.example`,
  ]);
  const broken = Array.from({ length: 13 }, (_, at): [string, string] => [
    "ann@new.example",
    `nonsense${at}`,
  ]);
  put(cwd, "a.csv", `${csvOf([...toSend, ...broken])}\n\n`);
  const words = ["import", "a.csv", "--dry-run", "--rows-per-request", "5"];
  const { stderr } = await runCli(words, { cwd });
  for (const line of [
    "2 blank lines skipped",
    "to send by domain: d0.example 1, d1.example 1, d2.example 1, d3.example 1, d4.example 1, and 3 more domains",
    "and 3 more problems",
    "2 calls of up to 5 rows, about",
    "an assumed quota of 800 calls in 5 s less 10 %",
  ]) {
    expect(stderr).toContain(line);
  }
  expect(stderr).not.toContain("documented limit");
});

test("A warning says that more than five rows per call exceed the documented limit", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(2));
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run", "--rows-per-request", "6"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain("--rows-per-request 6 is above 5, the documented limit");
});

test("The plan uses the quota and the latency of the previous run", async () => {
  const simulator = await simulatorFor({ quota: { calls: 300, windowMs: 2_000 } });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(20));
  put(cwd, "b.csv", manyRows(2, "other.example"));
  const words = ["import", "a.csv", "--concurrency", "4"];
  expect((await runCli(words, { cwd, env: simulatorEnv(simulator) })).code).toBe(0);
  const { stderr } = await runCli(["import", "b.csv", "--dry-run"], { cwd });
  expect(stderr).toContain("the quota last seen, 300 calls in 2 s less 10 %");
  expect(stderr).toContain("in flight at the usual");
});

test("A file without rows has a plan with nothing to send", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", "aliasFor,alias\n");
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain("Plan for 0 rows: 0 to send");
});
