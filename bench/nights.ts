import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulator } from "../src/simulator/simulator.ts";
import { figureOf, type Scenario } from "./figure.ts";
import { CLI, environmentFor } from "./imported.ts";
import { measured } from "./measured-process.ts";

const NIGHTS = 24;
const NEW_ROWS = 2_000;

/**
 * Measures nightly imports of a growing file into one ledger. Compares the time of the last night with that of its
 * parts: the import of only the new rows (the first night), and the reading of the whole file (a dry run).
 */
export const nights: Scenario = async (say) => {
  const simulator = await startSimulator();
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  const input = join(folder, "aliases.csv");
  const words = ["import", input, "--out", join(folder, "runs"), "--quiet"];
  const env = environmentFor(simulator.url);
  const nightly = [];
  let csv = "";
  try {
    for (let night = 1; night <= NIGHTS; night++) {
      csv = `${csv}${newRows(night)}`;
      await writeFile(input, `aliasFor,alias\n${csv}`);
      nightly.push(await measured(CLI, words, env));
    }
    const reading = await measured(CLI, [...words, "--dry-run"], env);
    const { size } = await stat(join(folder, "runs", "ledger.db"));
    const [first, last] = [nightly[0], nightly.at(-1)];
    if (first === undefined || last === undefined) throw new Error("there was no night");
    say(
      `${NEW_ROWS} new rows a night: the first night ${first.seconds.toFixed(1)} s, night ${NIGHTS} ${last.seconds.toFixed(1)} s, ` +
        `its dry run ${reading.seconds.toFixed(1)} s; ${first.peakMiB.toFixed(0)} and ${last.peakMiB.toFixed(0)} MiB; ` +
        `ledger ${(size / 2 ** 20).toFixed(1)} MiB`,
    );
    const rows = NIGHTS * NEW_ROWS;
    const inParts = first.seconds + reading.seconds;
    return [
      figureOf("nights: calls beyond one for each row", [simulator.counters.calls - rows], { atMost: 0 }),
      figureOf("nights: the last one's time over that of its parts", [last.seconds / inParts], {
        atMost: 1.2,
      }),
      figureOf("nights: peak memory of the last over the first", [last.peakMiB / first.peakMiB], {
        atMost: 1.3,
      }),
      figureOf("nights: bytes of the ledger for each row", [size / rows], { atMost: 250 }),
    ];
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
};

function newRows(night: number): string {
  return Array.from(
    { length: NEW_ROWS },
    (_, row) => `user${row}@company.example,night${night}-${row}@old.example\n`,
  ).join("");
}
