import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figureOf, type Scenario } from "./figure.ts";
import { CLI, writeRows } from "./imported.ts";
import { type Measured, measured } from "./measured-process.ts";

const BARE_CSV_PARSE = fileURLToPath(new URL("./bare-csv-parse.js", import.meta.url));
const ROWS = 1_000_000;
const FEW_ROWS = 100_000;
const ROUNDS = 3;

/**
 * Reading, checking, staging, planning and writing the plan, as a dry run does, against a bare loop of csv-parse over
 * the same file: whole processes that take turns. And how its memory grows with the file.
 */
export const reading: Scenario = async (say) => {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  const input = join(folder, "aliases.csv");
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  const peaks: number[] = [];
  try {
    await writeRows(input, FEW_ROWS);
    const few = await planned(input, folder);
    await writeRows(input, ROWS);
    for (let round = 1; round <= ROUNDS; round++) {
      const bare = await measured(BARE_CSV_PARSE, [input, String(ROWS)]);
      const dryRun = await planned(input, folder);
      ratios.push(bare.seconds / dryRun.seconds);
      cpuRatios.push(bare.cpuSeconds / dryRun.cpuSeconds);
      peaks.push(dryRun.peakMiB / few.peakMiB);
      const rates = [bare, dryRun].map(({ seconds }) => Math.round(ROWS / seconds));
      say(
        `round ${round}: rows/s: bare csv-parse ${rates[0]}, dry run ${rates[1]}; peak memory ${dryRun.peakMiB.toFixed(0)} MiB, of ${FEW_ROWS} rows ${few.peakMiB.toFixed(0)} MiB`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return [
    figureOf("dry run over a bare csv-parse loop with info, rows a second", ratios, { atLeast: 0.25 }),
    figureOf("the same, in processor time", cpuRatios),
    figureOf(`peak memory of planning ${ROWS} rows over that of ${FEW_ROWS}`, peaks, { atMost: 1.3 }),
  ];
};

async function planned(input: string, folder: string): Promise<Measured> {
  const out = join(folder, "runs");
  try {
    return await measured(CLI, ["import", input, "--dry-run", "--out", out, "--quiet"]);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
