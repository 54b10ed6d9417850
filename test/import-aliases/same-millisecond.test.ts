import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";
import { planImport } from "../../src/import-aliases/plan-import.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, inputOf, jobOf, outcomesOf, SILENT_VIEW } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NAME = "20261122T214500123Z-aliases";
/** The wall clock stands still, so that all runs begin in the same millisecond. */
const CLOCK = { ...systemClock, epochMs: () => Date.UTC(2026, 10, 22, 21, 45, 0, 123) };

async function dryRun(folder: string): Promise<string> {
  const job = jobOf("", { folder, inputs: [inputOf(manyRows(5))] });
  const planned = await planImport(job, { clock: CLOCK, view: SILENT_VIEW }, new Shutdown());
  return basename(dirname(planned?.planFile ?? ""));
}

test("A dry run that starts in the same millisecond as an import has a folder of its own", async () => {
  const simulator = await simulatorFor({ latencyMs: 50 });
  const folder = join(temporaryFolder(), "runs");
  const dryRuns: Promise<string>[] = [];
  const imported = await importing(simulator, manyRows(5), {
    folder,
    clock: CLOCK,
    sending: { concurrency: 1 },
    onSent: () => dryRuns.push(dryRun(folder)),
  });
  expect(outcomesOf(imported.results)).toEqual(Array.from({ length: 5 }, () => "applied"));
  expect(basename(imported.runFolder)).toBe(NAME);
  const names = await Promise.all(dryRuns);
  expect(names.toSorted()).toEqual([2, 3, 4, 5, 6].map((number) => `${NAME}-${number}`));
  expect(readdirSync(join(folder, `${NAME}-2`))).toEqual(["plan.csv"]);
});

test("An import that starts in the same millisecond as an earlier one does not overwrite its files", async () => {
  const simulator = await simulatorFor();
  const changes = { folder: join(temporaryFolder(), "runs"), clock: CLOCK };
  const first = await importing(simulator, manyRows(3), changes);
  const second = await importing(simulator, manyRows(4), changes);
  expect([first, second].map(({ summary }) => summary.run)).toEqual([NAME, `${NAME}-2`]);
  expect(readdirSync(first.runFolder)).toEqual(readdirSync(second.runFolder));
});

test("The next run finishes a killed run whose folder has a suffix", async () => {
  const simulator = await simulatorFor();
  const folder = join(temporaryFolder(), "runs");
  const changes = { folder, clock: CLOCK };
  await importing(simulator, manyRows(1), changes);
  const shutdown = new Shutdown();
  const broken = importing(simulator, manyRows(3), {
    ...changes,
    shutdown,
    onSent: () => {
      throw new Error("the process dies");
    },
  });
  await expect(broken).rejects.toThrow("dies");
  expect(readdirSync(join(folder, `${NAME}-2`))).toContain("run.db");
  await importing(simulator, manyRows(3), changes);
  expect(readdirSync(join(folder, `${NAME}-2`))).toContain("results.csv");
  expect(readdirSync(join(folder, `${NAME}-2`))).not.toContain("run.db");
});
