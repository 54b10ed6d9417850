import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { realPause } from "../support/clocks.ts";
import { type CsvRecord, manyRows, readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** How often the program is killed; `KILLS=50` for more than a suite has time for. */
const KILLS = Number(process.env["KILLS"] ?? 5);
const KILLS_PER_FILE = 5;
const ROWS = 1_500;

const summaryShape = z.object({ run: z.string(), state: z.string(), exitCode: z.number().nullable() });

test(`Killed at ${KILLS} random moments, the same command again brings every row into place and sends none twice that is on record`, {
  timeout: 30_000 + KILLS * 15_000,
}, async () => {
  let killed = 0;
  while (killed < KILLS) {
    killed += await killedAgainAndAgain(Math.min(KILLS_PER_FILE, KILLS - killed));
  }
});

/** Imports a file, killing the program as often as asked, then lets it end and checks everything. */
async function killedAgainAndAgain(kills: number): Promise<number> {
  const simulator = await simulatorFor({ record: true, latencyMs: 10 });
  const cwd = temporaryFolder();
  const runs = join(cwd, "runs");
  put(cwd, "a.csv", manyRows(ROWS));
  const words = ["import", "a.csv", "--concurrency", "16", "--max-rate", "500"];
  const env = simulatorEnv(simulator);
  let killed = 0;
  const recordedAt: { readonly alias: string; readonly sentBefore: number }[] = [];
  const known = new Set<string>();
  const noteRecorded = (): void => {
    for (const { alias = "" } of appliedIn(runs)) {
      if (known.has(alias)) continue;
      known.add(alias);
      recordedAt.push({ alias, sentBefore: simulator.received.length });
    }
  };
  for (let attempt = 0; killed < kills && attempt < kills * 4; attempt += 1) {
    const run = startCli(words, { cwd, env });
    await realPause(300 + Math.random() * 1_200);
    run.kill("SIGKILL");
    const { signal } = await run.ended;
    if (signal === null) break;
    killed += 1;
    noteRecorded();
  }
  const last = await runCli([...words, "--json"], { cwd, env });
  expect(last.stderr).not.toMatch(/SQLITE|internal error/);
  expect(last.code).toBe(0);

  // Every row is applied in the results of exactly one run, and in place.
  const applied = appliedIn(runs).map(({ alias }) => alias);
  expect(applied).toHaveLength(ROWS);
  expect(new Set(applied).size).toBe(ROWS);
  expect(simulator.aliases.size).toBe(ROWS);
  // What a run's files call applied was not sent by a later run.
  for (const { alias, sentBefore } of recordedAt) {
    expect(simulator.received.slice(sentBefore).filter((sent) => sent.alias === alias)).toEqual([]);
  }
  // No more was sent twice than can have been in flight when the program was killed.
  expect(simulator.received.length).toBeLessThanOrEqual(ROWS + killed * 16);
  for (const folder of foldersIn(runs)) {
    const names = readdirSync(join(runs, folder));
    expect(names).toContain("results.csv");
    const summary = summaryShape.parse(JSON.parse(readFileSync(join(runs, folder, "summary.json"), "utf8")));
    expect(["killed", "finished"]).toContain(summary.state);
    expect(summary.exitCode === null).toBe(summary.state === "killed");
    expect(readCsvFile(join(runs, folder, "results.csv"))).toHaveLength(ROWS);
  }
  expect(filesBelow(runs).filter((path) => /run\.db|\.part$/.test(path))).toEqual([]);
  return killed;
}

function foldersIn(runs: string): string[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function appliedIn(runs: string): CsvRecord[] {
  return foldersIn(runs).flatMap((folder) => {
    const results = join(runs, folder, "results.csv");
    if (!existsSync(results)) return [];
    return readCsvFile(results).filter(({ outcome }) => outcome === "applied");
  });
}
