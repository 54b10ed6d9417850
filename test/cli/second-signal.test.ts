import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows, readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const ROWS = 400;
const CONCURRENCY = 8;

test.each([
  ["SIGINT", "SIGINT", 130],
  ["SIGTERM", "SIGINT", 143],
  ["SIGHUP", "SIGTERM", 129],
] as const)(
  "%s and then %s end with the first one's code, and the same command again sends the rest",
  async (first, second, exitCode) => {
    const simulator = await simulatorFor({ record: true });
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(ROWS));
    const words = ["import", "a.csv", "--concurrency", String(CONCURRENCY)];
    const env = simulatorEnv(simulator);
    const run = startCli(words, { cwd, env });
    await until("some calls", () => simulator.counters.calls >= 20);
    simulator.setLatency(60_000);
    await until("slow calls", () => simulator.counters.inFlight >= CONCURRENCY);
    run.kill(first);
    await run.said(`${first}: finishing`);
    run.kill(second);
    // An impatient third one does no more.
    run.kill(second);
    expect((await run.ended).code).toBe(exitCode);
    const [left = []] = resultsIn(join(cwd, "runs"));
    const unknown = left.filter(({ outcome }) => outcome === "unknown");
    expect(unknown).toHaveLength(CONCURRENCY);

    simulator.setLatency(0);
    expect((await runCli(words, { cwd, env })).code).toBe(0);
    expect(simulator.aliases.size).toBe(ROWS);
    // Only what was not known to be in place went out twice.
    const sent = simulator.received.map(({ alias }) => alias);
    const sentTwice = sent.filter((alias, index) => sent.indexOf(alias) !== index);
    expect(unknown.map(({ alias }) => alias)).toEqual(expect.arrayContaining(sentTwice));
    expect(filesBelow(join(cwd, "runs")).filter((path) => /run\.db|\.part$/.test(path))).toEqual([]);
  },
);

/** Of each run, oldest first. */
function resultsIn(runs: string) {
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => readCsvFile(join(runs, name, "results.csv")));
}
