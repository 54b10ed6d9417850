import { basename, extname, join } from "node:path";
import { type InputOptions, type OpenInput, openInput } from "../csv/open-input.ts";
import type { InputSource } from "../csv/source.ts";
import { RunError } from "../domain/run-error.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { PlannedRow } from "../ledger/run-queries.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { type InputStats, stageInput } from "./stage-input.ts";

/** Enough to recognise what is wrong with a file; the rest is in the files. */
const PROBLEMS_SHOWN = 10;

/** Is told that reading begins. `notes` grow while it goes on. */
export interface InputHooks {
  reading(inputs: readonly OpenInput[], notes: InputStats): void;
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
  shutdown: Shutdown,
  watch: InputHooks,
): Promise<InputStats & { readonly rows: number }> {
  const notes: InputStats = {
    cleanedCount: 0,
    blankLineCount: 0,
    withoutAliasCount: 0,
    ignoredAddressCount: 0,
    ownAddressCount: 0,
    unevenCount: 0,
    warnings: [],
    bytesRead: 0,
  };
  watch.reading(inputs, notes);
  const stager = store.stager();
  for (const [file, input] of inputs.entries()) {
    store.setMeta(inputFact(file), input.name);
    await stageInput(input, file, skip, stager, shutdown, notes);
  }
  return { ...notes, rows: stager.count };
}

/** The first rows that someone must look at. */
export function firstProblems(store: RunStore): PlannedProblem[] {
  const [problems = []] = store.read.planned("problems");
  return problems.slice(0, PROBLEMS_SHOWN).map((row) => ({ ...row, ...namedInput(store, row.file) }));
}

function namedInput(store: RunStore, file: number): { readonly input?: string } {
  const input = store.getMeta(inputFact(file));
  return input === undefined || store.getMeta(inputFact(1)) === undefined ? {} : { input };
}

/** Under which name the run keeps an input's name; planning uses it in what it says of other inputs' rows. */
function inputFact(file: number): string {
  return `input_${file}`;
}

/** What is read, and how. */
export interface InputJob {
  readonly inputs: readonly InputSource[];
  readonly reading: InputOptions;
}

/**
 * Opens every input, so that what is no table is known before anything is made or locked. Throws a StoppedError
 * if the run is to end.
 */
export async function openInputs({ inputs, reading }: InputJob, shutdown: Shutdown): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  try {
    for (const source of inputs) opened.push(await shutdown.untilDrained(openInput(source, reading)));
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
  const { aliasFor, aliases } = first.columns;
  const isSameColumns =
    aliasFor === other.columns.aliasFor && aliases.join() === other.columns.aliases.join();
  return isSameColumns ? undefined : "other columns hold its addresses than those";
}

const MAX_NAME_LENGTH = 60;

/**
 * Names the folder of a run, `20261122T214500123Z-aliases`: sorts by time, and is a file name everywhere. Another run
 * may have it already.
 */
export function runFolderPath(
  within: string,
  inputs: readonly InputSource[],
  startedAtEpochMs: number,
): string {
  const [source] = inputs;
  const path = source?.kind === "file" ? source.path : "stdin";
  const name = basename(path, extname(path)).replaceAll(/[^\p{L}\p{N}._-]+/gu, "_");
  const more = inputs.length > 1 ? `-and-${inputs.length - 1}-more` : "";
  const stamp = new Date(startedAtEpochMs).toISOString().replaceAll(/[-:.]/g, "");
  return join(within, `${stamp}-${name.slice(0, MAX_NAME_LENGTH)}${more}`);
}
