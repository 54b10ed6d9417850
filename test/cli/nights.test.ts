import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf } from "../support/csv-files.ts";
import { runCli, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const NIGHTS = 24;
const NEW_ROWS = 250;
/** Of a row in the ledger: two addresses of 25 characters, times, the run, and the index's share. */
const LEDGER_BYTES_A_ROW = 250;
const LEDGER_BYTES = 100_000;
const PEAK_OVER_FIRST_NIGHT = 1.4;

/** Has the program leave the most memory that it had, in KiB, in the file that PEAK_FILE names. */
const TELLING_PEAK = `data:text/javascript,${encodeURIComponent(
  'import { writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));',
)}`;

test(`${NIGHTS} nightly imports of a growing file send each new row once and nothing else, in the memory of the first`, {
  timeout: 240_000,
}, async () => {
  const simulator = await simulatorFor({ record: true });
  const cwd = temporaryFolder();
  const peakFile = join(cwd, "peak");
  const env = { ...simulatorEnv(simulator), NODE_OPTIONS: `--import ${TELLING_PEAK}`, PEAK_FILE: peakFile };
  const peaks: number[] = [];
  for (let night = 1; night <= NIGHTS; night += 1) {
    put(cwd, "aliases.csv", exportOf(night));
    const before = simulator.received.length;
    const { code, stdout } = await runCli(["import", "aliases.csv", "--quiet", "--json"], { cwd, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: night * NEW_ROWS,
      outcomes: { applied: NEW_ROWS, unchanged: (night - 1) * NEW_ROWS },
    });
    const sent = simulator.received.slice(before).map(({ alias }) => alias);
    expect(sent.sort()).toEqual(
      newRows(night)
        .map(([, alias]) => alias)
        .sort(),
    );
    peaks.push(Number(readFileSync(peakFile, "utf8")));
    const { size } = statSync(join(cwd, "runs", "ledger.db"));
    expect(size).toBeLessThan(LEDGER_BYTES + night * NEW_ROWS * LEDGER_BYTES_A_ROW);
  }
  const [first = 0] = peaks;
  expect(first).toBeGreaterThan(0);
  expect(Math.max(...peaks) / first).toBeLessThan(PEAK_OVER_FIRST_NIGHT);
});

/** What the directory holds after so many nights; the newest come first, so that no line stays where it was. */
function exportOf(night: number): string {
  return csvOf(Array.from({ length: night }, (_, age) => newRows(night - age)).flat());
}

function newRows(night: number): (readonly [aliasFor: string, alias: string])[] {
  return Array.from({ length: NEW_ROWS }, (_, index) => [
    `person-${index % 100}@company.example`,
    `night-${night}-${index}@old-company.example`,
  ]);
}
