import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandEnd, startCommand } from "../command.ts";
import { disturb } from "../disturb.ts";
import { faultOfTheProgram } from "../invariants/talk.ts";
import type { SmallDisk } from "../small-disk.ts";
import type { Tally } from "../tally.ts";
import { WatchedService } from "../watched-service.ts";
import type { ChaosGroup } from "./directory.ts";
import { CHANGES, type ExportSeen, exportFaults, heldGroups, OUTPUT } from "./invariants.ts";
import type { ExportScenario, ExportStep } from "./scenario.ts";

/** Plays a series of exports into one file. Ends with the first after which something was broken. */
export async function playExports(
  scenario: ExportScenario,
  folder: string,
  disk: SmallDisk | undefined,
  tally: Tally,
): Promise<string[]> {
  const cwd = join(disk?.path ?? folder, "work");
  mkdirSync(cwd);
  // So that what the exports leave there can be seen.
  const temporary = join(folder, "temporary");
  mkdirSync(temporary);
  let held: readonly ChaosGroup[] | undefined;
  for (const [index, step] of scenario.steps.entries()) {
    const isLast = index === scenario.steps.length - 1;
    const changesBefore = existsSync(join(cwd, CHANGES))
      ? readFileSync(join(cwd, CHANGES), "utf8")
      : undefined;
    const ran = await runExport(scenario, step, { cwd, folder, disk, temporary }, tally);
    const seen: ExportSeen = { step, ...ran, cwd, before: held, changesBefore, isLast };
    const faults = [...exportFaults(seen), ...ran.rivals.flatMap(faultOfTheProgram)];
    if (faults.length > 0)
      return faults.map((fault) => `export ${index + 1} of ${scenario.steps.length}: ${fault}`);
    const groups = heldGroups(seen);
    held = groups === "nothing" ? undefined : groups;
  }
  return [];
}

interface Place {
  readonly cwd: string;
  readonly folder: string;
  readonly disk: SmallDisk | undefined;
  readonly temporary: string;
}

async function runExport(
  { api, seed }: ExportScenario,
  step: ExportStep,
  { cwd, disk, folder, temporary }: Place,
  tally: Tally,
): Promise<Pick<ExportSeen, "end" | "done"> & { readonly rivals: CommandEnd[] }> {
  const { weather } = step;
  const groups = step.groups.map((group, index) => ({
    ...group,
    members: [...group.members],
    quirks: step.oddities[index]?.quirks,
  }));
  const service = await WatchedService.start({
    ...weather,
    seed,
    directory: { groups },
  });
  try {
    const wire = service.watch();
    const words = ["export", "--all-groups", ...(step.toFile ? ["--output", OUTPUT] : []), ...step.words];
    const changes = step.toFile && step.withChanges ? ["--changes", CHANGES] : [];
    const surroundings = { cwd, url: service.simulator.url, api, clock: step, temporary };
    const command = startCommand([...words, ...changes], {
      ...surroundings,
      fileSizeBlocks: step.fileSizeBlocks,
    });
    const rivals: CommandEnd[] = [];
    const rival = async (): Promise<void> => {
      rivals.push(await startCommand(words, surroundings).ended);
    };
    const ended = new AbortController();
    const scene = { command, service, folder: cwd, disk, rival, over: ended.signal };
    const disturbing = step.disturbances.map(async (disturbance) =>
      (await disturb(scene, disturbance)) ? [disturbance.what] : [],
    );
    void service.clearUp(ended.signal);
    const end = await command.ended;
    ended.abort();
    const done = (await Promise.all(disturbing)).flat();
    disk?.empty();
    for (const what of done) tally.disturbed(what);
    tally.exported({ end, step, wire });
    appendFileSync(join(folder, "story.txt"), storyOf([...words, ...changes], step, end));
    return { end, done, rivals };
  } finally {
    await service.close();
  }
}

function storyOf(words: readonly string[], { groups, ...step }: ExportStep, end: CommandEnd): string {
  const sizes = groups.map(({ members, name }) => `${name}: ${members.length}`);
  const told = [`mimecast-bulk ${words.join(" ")}`, JSON.stringify({ ...step, groups: sizes })];
  return `${[...told, `ended with ${end.code ?? end.signal}`, end.stderr].join("\n")}\n\n`;
}
