import type { OpenInput } from "../csv/open-input.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { Stop } from "../engine/stop.ts";
import type { PlannedRow } from "../ledger/run-reader.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { type ReadingNotes, stageInput } from "./stage-input.ts";

/** Enough to recognise what is wrong with a file; the rest is in the files. */
const PROBLEMS_SHOWN = 10;

/** Is told that reading begins. `notes` grow while it goes on. */
export interface ReadingWatch {
  reading(inputs: readonly OpenInput[], notes: ReadingNotes): void;
}

/** A row that someone must look at. */
export interface PlannedProblem extends PlannedRow {
  /** The name of its input; absent where there is only one. */
  readonly input?: string;
}

/** Reads all inputs into the run. Returns what to note of them. Throws a StoppedError if the run is to end. */
export async function readInputs(
  inputs: readonly OpenInput[],
  skip: SkipDomain,
  store: RunStore,
  stop: Stop,
  watch: ReadingWatch,
): Promise<ReadingNotes & { readonly rows: number }> {
  const notes: ReadingNotes = {
    cleanedCount: 0,
    blankLineCount: 0,
    withoutAliasCount: 0,
    otherAddressCount: 0,
    ownAddressCount: 0,
    unevenCount: 0,
    remarks: [],
    bytesRead: 0,
  };
  watch.reading(inputs, notes);
  const stager = store.stager();
  for (const [file, input] of inputs.entries()) {
    store.describe(inputFact(file), input.name);
    await stageInput(input, file, skip, stager, stop, notes);
  }
  return { ...notes, rows: stager.count };
}

/** The first rows that someone must look at. */
export function firstProblems(store: RunStore): PlannedProblem[] {
  const [problems = []] = store.read.planned("problems");
  return problems.slice(0, PROBLEMS_SHOWN).map((row) => ({ ...row, ...namedInput(store, row.file) }));
}

function namedInput(store: RunStore, file: number): { readonly input?: string } {
  const input = store.description(inputFact(file));
  return input === undefined || store.description(inputFact(1)) === undefined ? {} : { input };
}

/** Under which name the run keeps an input's name; planning uses it in what it says of other inputs' rows. */
function inputFact(file: number): string {
  return `input_${file}`;
}
