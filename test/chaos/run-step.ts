import { appendFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { realPause } from "../support/clocks.ts";
import { type CommandEnd, startCommand } from "./command.ts";
import { disturb, type Scene } from "./disturb.ts";
import type { What } from "./disturbance.ts";
import { expectedRows } from "./expected-rows.ts";
import type { Feed } from "./feed.ts";
import { faultOfTheProgram } from "./invariants/talk.ts";
import { runFolders } from "./left-folder.ts";
import { type OnRecord, onRecord } from "./on-record.ts";
import { optionWords } from "./options.ts";
import { type RunSeen, wasStarved } from "./run-seen.ts";
import type { Scenario, Step } from "./scenario.ts";
import type { SmallDisk } from "./small-disk.ts";
import type { Tally } from "./tally.ts";
import type { WatchedService } from "./watched-service.ts";

/** Where the runs of a scenario take place. */
export interface Stage {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly cwd: string;
  readonly runs: string;
  readonly disk: SmallDisk | undefined;
  readonly service: WatchedService;
  readonly tally: Tally;
}

const RIVAL = "rival";
/** What a rival may end with: 0 and 1 where it came too late to be one. */
const RIVAL_CODES: readonly (number | null)[] = [0, 1, 75];

/** Runs one step, with all that is to happen to it, and looks at it from outside. */
export async function runStep(
  stage: Stage,
  step: Step,
  feed: Feed,
  before: OnRecord,
): Promise<{ readonly run: RunSeen; readonly rivalFaults: string[] }> {
  const { disk, runs, scenario, service, tally } = stage;
  const { api } = scenario;
  service.arrange(step.weather);
  const wire = service.watch();
  const receivedBefore = service.simulator.received.length;
  const foldersBefore = new Set(runFolders(runs));
  const words = ["import", ...feed.words, "--out", runs, ...optionWords(step.options)];
  const surroundings = { cwd: stage.cwd, url: service.simulator.url, api, clock: step };
  const { stdin } = feed;
  const command = startCommand(words, { ...surroundings, stdin, fileSizeBlocks: step.fileSizeBlocks });
  const rivals: CommandEnd[] = [];
  const rival: Scene["rival"] = async (what) => {
    const rivalWords = rivalOf(stage, feed, what);
    const other = startCommand(rivalWords, surroundings);
    const killMs = what.kind === "rival-dry-run" ? what.killMs : undefined;
    const killed =
      killMs === undefined ? undefined : realPause(killMs).then(() => other.child.kill("SIGKILL"));
    rivals.push(await other.ended);
    await killed;
  };
  const ended = new AbortController();
  const scene: Scene = { command, service, folder: dirname(runs), disk, rival, over: ended.signal };
  const disturbing = step.disturbances.map(async (disturbance) => ({
    disturbance,
    isDone: await disturb(scene, disturbance),
  }));
  void service.clearUp(ended.signal);
  const end = await command.ended;
  ended.abort();
  const disturbed = await Promise.all(disturbing);
  disk?.empty();
  await service.settled();
  const done = disturbed.filter(({ isDone }) => isDone).map(({ disturbance }) => disturbance.what);
  for (const what of done) tally.disturbed(what);
  const [folder] = runFolders(runs).filter((name) => !foldersBefore.has(name) && !name.includes(RIVAL));
  const run: RunSeen = {
    step,
    words,
    end,
    done,
    rows: expectedRows(feed.files, before, step.options.allowMove),
    header: feed.files[0]?.[0]?.raw ?? "",
    inputs: feed.sha256,
    before,
    after: onRecord(runs, join(stage.folder, "scratch")),
    received: service.simulator.received.slice(receivedBefore),
    wire,
    folder,
  };
  tellStory(stage, run);
  return { run, rivalFaults: rivals.flatMap((other) => rivalFaults(run, other)) };
}

/** A rival that imports has nothing to send, so that it does no harm where it comes too late. */
function rivalOf(stage: Stage, feed: Feed, what: What): string[] {
  const name = `${RIVAL}.csv`;
  const [header, ...records] = feed.files[0]?.map(({ raw }) => raw) ?? [];
  const isDry = what.kind === "rival-dry-run";
  writeFileSync(join(stage.cwd, name), `${[header, ...(isDry ? records : [])].join("\n")}\n`);
  return ["import", name, "--out", stage.runs, ...(isDry ? ["--dry-run"] : [])];
}

function rivalFaults(run: RunSeen, other: CommandEnd): string[] {
  const isAllowed = RIVAL_CODES.includes(other.code) || (wasStarved(run) && other.code === 73);
  const wasKilled = other.signal === "SIGKILL";
  return [
    ...faultOfTheProgram(other),
    ...(isAllowed || wasKilled ? [] : [`a rival ended with ${other.code ?? other.signal}: ${other.stderr}`]),
  ].map((fault) => `a rival: ${fault}`);
}

/** For whoever looks into a violation. */
function tellStory({ folder }: Stage, { done, end, step, wire, words }: RunSeen): void {
  const { disturbances, feed, fileSizeBlocks, jumps, weather } = step;
  const facts = { weather, feed, fileSizeBlocks, jumps, disturbances, done: done.map(({ kind }) => kind) };
  const story = [
    `mimecast-bulk ${words.join(" ")}`,
    JSON.stringify(facts),
    `${wire.calls} calls; ended with ${end.code ?? end.signal}`,
    end.stderr,
    end.stdout,
  ];
  appendFileSync(join(folder, "story.txt"), `${story.join("\n")}\n\n`);
}
