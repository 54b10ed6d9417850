import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playExports } from "./exports/play-exports.ts";
import { exportScenarioOf } from "./exports/scenario.ts";
import { playImports } from "./play-imports.ts";
import { scenarioOf } from "./scenario.ts";
import { SmallDisk } from "./small-disk.ts";
import type { Tally } from "./tally.ts";

/** What came of a seed. */
export interface Played {
  readonly seed: number;
  /** What was broken, in which run of the series; empty where all is well. */
  readonly violations: readonly string[];
  /** Where to look further; gone where all is well. */
  readonly folder: string;
}

/** Every so many seeds, exports are played. */
const EXPORTS_EVERY = 4;

/** Plays the scenario of a seed and checks what must hold after each run of it. Its counts go into the tally. */
export async function playSeed(seed: number, tally: Tally): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), `mimecast-bulk-chaos-${seed}-`));
  const scenario = seed % EXPORTS_EVERY === 0 ? exportScenarioOf(seed) : scenarioOf(seed);
  const disturbances = scenario.steps.flatMap((step) => step.disturbances);
  const needsDisk = disturbances.some(({ what }) => what.kind === "full-disk");
  const disk = needsDisk ? SmallDisk.at(join(folder, "disk")) : undefined;
  let violations: string[];
  try {
    violations =
      "service" in scenario
        ? await playImports(scenario, folder, disk, tally)
        : await playExports(scenario, folder, disk, tally);
  } catch (error) {
    violations = [`the test itself failed: ${error instanceof Error ? error.stack : String(error)}`];
  } finally {
    disk?.remove();
  }
  tally.seeds += 1;
  if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
  else writeFileSync(join(folder, "violations.txt"), `${violations.join("\n")}\n`);
  return { seed, violations, folder };
}
