import { setImmediate as nextTurn } from "node:timers/promises";
import type { OpenInput } from "../csv/open-input.ts";
import type { Stop } from "../engine/stop.ts";
import type { SeenPace } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { firstProblems } from "../read-input/read-inputs.ts";
import type { ReadingNotes } from "../read-input/stage-input.ts";
import type { ImportJob, Plan } from "./import-job.ts";
import type { DescribedInput } from "./run-description.ts";

const SENTENCES_SHOWN = 3;

/** Plans the run, and then hears what came meanwhile. Throws a StoppedError if the run is to end. */
export async function planInputs(store: RunStore, job: ImportJob, stop: Stop): Promise<void> {
  store.plan(job.planning);
  // Planning leaves the event loop no turn. A signal needs two: the first may be in the round that was begun before.
  await nextTurn();
  await nextTurn();
  stop.throwIfStopped();
}

/** Of an input that was read to its end. */
export function describedInput(input: OpenInput): DescribedInput {
  const { name, header, headerRaw, delimiter, bom, lineBreak, cellCount } = input;
  const { aliasFor, aliases } = input.columns;
  return {
    name,
    delimiter,
    columns: { aliasFor, aliases: [...aliases] },
    cellCount,
    bom,
    lineBreak,
    ...(header === undefined ? {} : { header: [...header] }),
    ...(headerRaw === undefined ? {} : { headerRaw }),
    encoding: input.encoding(),
    isGuessed: input.guessedEncoding() !== undefined,
    sha256: input.sha256(),
    bytes: input.bytesRead(),
  };
}

/** The plan's figures, once the run is planned. */
export function planOf(store: RunStore, notes: ReadingNotes, seenPace: SeenPace): Plan {
  const { rows, send, outcomes } = store.read.planCounts();
  return {
    rows,
    send,
    outcomes,
    notes,
    ...store.read.sendDomains(),
    firstProblems: firstProblems(store),
    firstToSend: store.read.sendable(0, SENTENCES_SHOWN),
    seenPace,
  };
}
