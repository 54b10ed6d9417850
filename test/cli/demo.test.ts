import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readCsvFile } from "../support/csv-files.ts";
import { cliEnv } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DEMO = fileURLToPath(new URL("../../dist/demo.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** What `npm start` runs once the program is built, in a folder of its own. */
async function demo(cwd: string) {
  const child = spawn(process.execPath, [DEMO], { cwd, env: cliEnv(), stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.resume();
  const [code] = await once(child, "close");
  return { code, stdout };
}

test("npm start shows an import and an export without an account, ends with 0, and does so again", async () => {
  const cwd = temporaryFolder();
  cpSync(FIXTURES, join(cwd, "fixtures"), { recursive: true });
  for (const _ of ["first", "second"]) {
    const { code, stdout } = await demo(cwd);
    expect(code).toBe(0);
    expect(stdout).toContain("This is the expected result");
    expect(stdout).toContain("runs/simulated/members.csv");
  }
  expect(existsSync(join(cwd, "runs", "simulated", "ledger.db"))).toBe(true);
  expect(readCsvFile(join(cwd, "runs", "simulated", "members.csv"))[0]?.["group"]).toBe("Sales, Europe");
});

test("npm start without its fixture ends with the exit code of the import", async () => {
  expect((await demo(temporaryFolder())).code).toBe(66);
});
