import { basename, extname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type OpenInput, openInput } from "../csv/open-input.ts";
import { RunError } from "../domain/run-error.ts";
import type { Stop } from "../engine/stop.ts";
import type { SeenPace } from "../ledger/ledger.ts";
import type { RunStore } from "../ledger/run-store.ts";
import type { ImportJob, ImportView, Plan, PlannedProblem } from "./import-job.ts";
import type { DescribedInput } from "./run-description.ts";
import { type ReadingNotes, stageInput } from "./stage-input.ts";

/** Enough to recognise what is wrong with a file; the rest is in the files. */
const PROBLEMS_SHOWN = 10;
const SENTENCES_SHOWN = 3;
const MAX_NAME_LENGTH = 60;

/**
 * Opens every input, so that what is no table is known before anything is made or locked. Throws a StoppedError
 * if the run is to end.
 */
export async function openInputs(
  job: Pick<ImportJob, "inputs" | "reading">,
  stop: Stop,
): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  try {
    for (const source of job.inputs) opened.push(await stop.orStopped(openInput(source, job.reading)));
    checkSameLayout(opened);
    return opened;
  } catch (error) {
    closeInputs(opened);
    throw error;
  }
}

export function closeInputs(inputs: readonly OpenInput[]): void {
  for (const input of inputs) input.close();
}

/** Reads all inputs into the run. Returns what to note of them. Throws a StoppedError if the run is to end. */
export async function readInputs(
  inputs: readonly OpenInput[],
  job: Pick<ImportJob, "skip">,
  store: RunStore,
  stop: Stop,
  view: Pick<ImportView, "reading">,
): Promise<ReadingNotes & { readonly rows: number }> {
  const notes: ReadingNotes = {
    cleanedCount: 0,
    blankLineCount: 0,
    withoutAliasCount: 0,
    otherAddressCount: 0,
    remarks: [],
    bytesRead: 0,
  };
  view.reading(inputs, notes);
  const stager = store.stager();
  for (const [file, input] of inputs.entries()) {
    store.describe(inputFact(file), input.name);
    await stageInput(input, file, job.skip, stager, stop, notes);
  }
  return { ...notes, rows: stager.count };
}

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
  const { name, headerRaw, delimiter, bom, lineBreak } = input;
  return {
    name,
    delimiter,
    aliasColumn: input.columns.alias,
    bom,
    lineBreak,
    ...(headerRaw === undefined ? {} : { headerRaw }),
    encoding: input.encoding(),
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

/** `20261122T214500123Z-aliases`: sorts by time, and is a file name everywhere. */
export function runFolder(job: Pick<ImportJob, "inputs" | "folder">, startedAtEpochMs: number): string {
  const [source] = job.inputs;
  const path = source?.kind === "file" ? source.path : "stdin";
  const name = basename(path, extname(path)).replaceAll(/[^\p{L}\p{N}._-]+/gu, "_");
  const more = job.inputs.length > 1 ? `-and-${job.inputs.length - 1}-more` : "";
  const stamp = new Date(startedAtEpochMs).toISOString().replaceAll(/[-:.]/g, "");
  return join(job.folder, `${stamp}-${name.slice(0, MAX_NAME_LENGTH)}${more}`);
}

/** Their records are written back into one file, so they must have the same columns. */
function checkSameLayout(inputs: readonly OpenInput[]): void {
  const [first, ...others] = inputs;
  if (first === undefined) return;
  for (const other of others) {
    const difference = differenceOf(first, other);
    if (difference === undefined) continue;
    throw new RunError(
      "input",
      `${other.name}: ${difference} of ${first.name}. Inputs of one run must have the same columns in the same order; import them one after the other`,
    );
  }
}

/** Quotation marks around headers, `sep=` lines and encodings may differ. */
function differenceOf(first: OpenInput, other: OpenInput): string | undefined {
  const isSameHeader =
    first.header?.length === other.header?.length &&
    (first.header ?? []).every((name, index) => name === other.header?.[index]);
  if (!isSameHeader) return "the header differs from that";
  if (first.delimiter !== other.delimiter) return "its delimiter is not that";
  const { aliasFor, alias } = first.columns;
  const isSameColumns = aliasFor === other.columns.aliasFor && alias === other.columns.alias;
  return isSameColumns ? undefined : "other columns hold its addresses than those";
}
