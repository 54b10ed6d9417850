import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { manyRows } from "../support/csv-files.ts";
import { CLI, cliEnv, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";
import { HAS_TERMINAL } from "../support/terminal.ts";

/** Runs its arguments on a terminal, which is gone as soon as the progress bar was seen; prints how they ended. */
const ON_A_TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b" of 5,000 rows" not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test.runIf(HAS_TERMINAL)("A terminal that is closed ends the run in order: 129, with its files", async () => {
  const simulator = await simulatorFor({ latencyMs: 20 });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(5_000));
  const { stdout } = await promisify(execFile)(
    "python3",
    ["-c", ON_A_TERMINAL, process.execPath, CLI, "import", "a.csv", "--max-rate", "200"],
    { cwd, env: cliEnv(simulatorEnv(simulator)) },
  );
  expect(stdout.trim()).toBe("129");
  const [run = ""] = readdirSync(join(cwd, "runs")).filter((name) => name.endsWith("-a"));
  const summary: unknown = JSON.parse(readFileSync(join(cwd, "runs", run, "summary.json"), "utf8"));
  expect(summary).toMatchObject({ exitCode: 129, state: "stopped", outcomes: { unknown: 0, failed: 0 } });
});
