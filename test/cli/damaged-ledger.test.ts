import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const CSV = csvOf([
  ["ann@new.example", "ann@old.example"],
  ["bob@new.example", "bob@old.example"],
]);
const NO_TEXT = "CAST(x'616e6eff' AS TEXT)";

/** A folder in which an import has run. */
async function importedFolder() {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const surroundings = { cwd, env: simulatorEnv(simulator) };
  put(cwd, "a.csv", CSV);
  expect((await runCli(["import", "a.csv"], surroundings)).code).toBe(0);
  return { cwd, surroundings, ledger: join(cwd, "runs", "ledger.db") };
}

/** Changes a database by SQL that calls it `run`, as the program does. */
function change(path: string, sql: string): void {
  const database = new Libsql(":memory:");
  database.prepare("ATTACH ? AS run").run([path]);
  database.exec(sql);
  database.exec("DETACH run");
  database.close();
}

describe("a damaged ledger", () => {
  test.each([
    ["a primary that is in place", `UPDATE alias SET in_place = ${NO_TEXT}`],
    ["a primary without an answer", `UPDATE alias SET unanswered = ${NO_TEXT}`],
    ["a fact", `UPDATE fact SET value = ${NO_TEXT} WHERE name = 'tenant'`],
    ["a run's name", `UPDATE run_name SET name = ${NO_TEXT}`],
  ])(
    "a ledger with invalid UTF-8 in %s ends each run with 73 and advice, and stays unchanged",
    async (_cell, sql) => {
      const { cwd, surroundings, ledger } = await importedFolder();
      change(ledger, sql);
      const before = readFileSync(ledger);
      const left = filesBelow(cwd);
      for (const words of [[], [], ["--dry-run"], []]) {
        const { code, stderr } = await runCli(["import", "a.csv", ...words], surroundings);
        expect(stderr).toMatch(
          /ledger\.db is not a ledger .* damaged \(.*not valid UTF-8\)\. Restore it from a backup/,
        );
        expect(stderr).not.toMatch(/^ +at /m);
        expect(code).toBe(73);
      }
      expect(readFileSync(ledger).equals(before)).toBe(true);
      expect(filesBelow(cwd)).toEqual(left);
    },
  );
});

test("A simulated import and verification over a damaged ledger end with 73", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", CSV);
  const words = ["import", "a.csv", "--simulate"];
  expect((await runCli(words, { cwd })).code).toBe(0);
  const ledger = join(cwd, "runs", "simulated", "ledger.db");
  const content = readFileSync(ledger, "latin1");
  writeFileSync(ledger, content.replaceAll("ann@new", "\xffnn@new"), "latin1");
  for (const again of [words, ["verify", "a.csv", "--simulate"], words]) {
    const { code, stderr } = await runCli(again, { cwd });
    expect(stderr).toMatch(/ledger\.db is not a ledger .*not valid UTF-8\)\. Restore it from a backup/);
    expect(code).toBe(73);
  }
});

test("A damaged record of a killed run ends each run with 73, and names the folder to move away", async () => {
  const simulator = await simulatorFor({ latencyMs: 20_000 });
  const cwd = temporaryFolder();
  const surroundings = { cwd, env: simulatorEnv(simulator) };
  put(cwd, "a.csv", CSV);
  const run = startCli(["import", "a.csv"], surroundings);
  await run.said("will belong to");
  run.kill("SIGKILL");
  await run.ended;
  const [file = ""] = filesBelow(join(cwd, "runs")).filter((path) => path.endsWith("run.db"));
  const record = join(cwd, "runs", file);
  const refused = async (why: RegExp): Promise<void> => {
    for (const words of [[], ["--dry-run"], []]) {
      const { code, stderr } = await runCli(["import", "a.csv", ...words], surroundings);
      expect(stderr).toMatch(/run\.db is not a run .* Move the folder .*Z-a away/);
      expect(stderr).toMatch(why);
      expect(code).toBe(73);
    }
  };
  change(record, `UPDATE row SET raw = ${NO_TEXT} WHERE seq = 2`);
  await refused(/not valid UTF-8/);
  change(record, "UPDATE row SET raw = 'bob' WHERE seq = 2");
  const content = readFileSync(record, "latin1");
  writeFileSync(record, content.replace("outcome.attempts", "outcome.attemptr"), "latin1");
  await refused(/no such column/);
});
