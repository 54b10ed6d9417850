import type { ReceivedAlias } from "../../src/simulator/account.ts";
import type { CommandEnd } from "./command.ts";
import type { What } from "./disturbance.ts";
import type { ExpectedRow } from "./expected-rows.ts";
import type { OnRecord } from "./on-record.ts";
import type { Step } from "./scenario.ts";
import type { Seen } from "./watched-service.ts";

/** A run that is over, as it looks from outside. */
export interface RunSeen {
  readonly step: Step;
  readonly words: readonly string[];
  readonly end: CommandEnd;
  /** What was done to it. */
  readonly done: readonly What[];
  readonly rows: readonly ExpectedRow[];
  readonly header: string;
  /** SHA-256 of each input. */
  readonly inputs: readonly string[];
  readonly before: OnRecord;
  readonly after: OnRecord;
  /** Aliases that the simulator has set. */
  readonly received: readonly ReceivedAlias[];
  readonly wire: Seen;
  /** The name of its folder, if it left one. */
  readonly folder: string | undefined;
}

export function wasDone(run: RunSeen, ...kinds: readonly What["kind"][]): boolean {
  return run.done.some(({ kind }) => kinds.includes(kind));
}

/** Whether files could not grow as they should. */
export function wasStarved(run: RunSeen): boolean {
  return run.step.fileSizeBlocks !== undefined || wasDone(run, "full-disk");
}

/** Whether it died of a signal, without a last word. */
export function hasDied({ end }: RunSeen): boolean {
  return end.signal !== null;
}
