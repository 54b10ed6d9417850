import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Feed, feedOf } from "./feed.ts";
import { exitFaults } from "./invariants/exit-code.ts";
import { folderFaults, lastFolderFaults } from "./invariants/folder.ts";
import { lastFaults } from "./invariants/last.ts";
import { resultFaults } from "./invariants/results.ts";
import { faultOfTheProgram, outputFaults } from "./invariants/talk.ts";
import { wireFaults } from "./invariants/wire.ts";
import { type LeftFolder, readFolder, runFolders } from "./left-folder.ts";
import { NOTHING_ON_RECORD, type OnRecord } from "./on-record.ts";
import type { RunSeen } from "./run-seen.ts";
import { runStep, type Stage } from "./run-step.ts";
import type { Scenario, Step } from "./scenario.ts";
import type { SmallDisk } from "./small-disk.ts";
import type { Tally } from "./tally.ts";
import { WatchedService } from "./watched-service.ts";

/** Plays a series of imports over one ledger. Ends with the first after which something was broken. */
export async function playImports(
  scenario: Scenario,
  folder: string,
  disk: SmallDisk | undefined,
  tally: Tally,
): Promise<string[]> {
  const service = await WatchedService.start(scenario.service);
  const cwd = join(folder, "work");
  mkdirSync(cwd);
  const runs = join(disk?.path ?? folder, "runs");
  try {
    return await new Series({ scenario, folder, cwd, runs, disk, service, tally }).play();
  } finally {
    await service.close();
  }
}

/** The runs of a scenario, one after the other. */
class Series {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #violations: string[] = [];
  /** Runs whose files have not been looked at yet, by the name of their folder. */
  readonly #unchecked = new Map<string, RunSeen>();
  #record: OnRecord = NOTHING_ON_RECORD;
  /** The folder of the last run that has its files. */
  #last: LeftFolder | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#scenario = stage.scenario;
  }

  /** Ends with the first run after which something was broken: what follows from that tells nothing new. */
  async play(): Promise<string[]> {
    for (const [index, step] of this.#scenario.steps.entries()) {
      const faults = await this.#playStep(step, index);
      const isLast = index === this.#scenario.steps.length - 1;
      const name = `run ${index + 1} of ${this.#scenario.steps.length}`;
      this.#violations.push(
        ...[...faults, ...(isLast ? this.#lostRuns() : [])].map((fault) => `${name}: ${fault}`),
      );
      if (this.#violations.length > 0) break;
    }
    return this.#violations;
  }

  async #playStep(step: Step, index: number): Promise<string[]> {
    const { runs, service, tally } = this.#stage;
    const feed: Feed = feedOf(step, index, this.#stage.cwd, this.#last);
    const { run, rivalFaults } = await runStep(this.#stage, step, feed, this.#record);
    this.#record = run.after;
    tally.ran(run);
    if (run.folder !== undefined) this.#unchecked.set(run.folder, run);
    const folders = runFolders(runs).map((name) => readFolder(runs, name));
    const own = folders.find(({ name }) => name === run.folder);
    if (own?.results !== undefined) this.#last = own;
    const isLast = index === this.#scenario.steps.length - 1;
    return [
      ...faultOfTheProgram(run.end),
      ...rivalFaults,
      ...wireFaults(run),
      ...exitFaults(run, own),
      ...outputFaults(run, own),
      ...folderFaults(run, runs, folders),
      ...this.#newResultFaults(folders),
      ...(isLast ? [...lastFaults(run, own, service.simulator), ...lastFolderFaults(runs, folders)] : []),
    ];
  }

  #newResultFaults(folders: readonly LeftFolder[]): string[] {
    return folders.flatMap((left) => {
      const run = this.#unchecked.get(left.name);
      // One that was killed before it had a file left its folder empty.
      if (run === undefined || left.names.includes("run.db") || left.names.length === 0) return [];
      this.#unchecked.delete(left.name);
      return resultFaults(run, left);
    });
  }

  /** Only a run that died before it sent anything may go without files. */
  #lostRuns(): string[] {
    return [...this.#unchecked]
      .filter(([, run]) => run.wire.aliases.size > 0)
      .map(([folder]) => `${folder} never got its files`);
  }
}
