import { basename, extname, join } from "node:path";
import { type InputOptions, type OpenInput, openInput } from "../csv/open-input.ts";
import type { InputSource } from "../csv/source.ts";
import { RunError } from "../domain/run-error.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { PlannedRow } from "../ledger/run-queries.ts";
import type { RunStore } from "../ledger/run-store.ts";
import { type InputStats, stageInput } from "./stage-input.ts";

/** The number of problems shown, which is enough to recognize the fault of a file. The result files have all. */
const PROBLEMS_SHOWN = 10;

/** The callbacks of reading. */
export interface InputHooks {
  /** Reports that reading begins. `stats` is updated while it continues. */
  reading(inputs: readonly OpenInput[], stats: InputStats): void;
}

/** A row that needs the user's attention. */
export interface PlannedProblem extends PlannedRow {
  /** The name of its input; absent if there is only one input. */
  readonly input?: string;
}

/** Stages the rows of all inputs in the run. Returns the statistics. Throws StoppedError if the run is stopping. */
export async function readInputs(
  inputs: readonly OpenInput[],
  skip: SkipDomain,
  store: RunStore,
  shutdown: Shutdown,
  hooks: InputHooks,
): Promise<InputStats & { readonly rows: number }> {
  const stats: InputStats = {
    cleanedCount: 0,
    blankLineCount: 0,
    withoutAliasCount: 0,
    ignoredAddressCount: 0,
    ownAddressCount: 0,
    unevenCount: 0,
    warnings: [],
    bytesRead: 0,
  };
  hooks.reading(inputs, stats);
  const stager = store.stager();
  for (const [file, input] of inputs.entries()) {
    store.setMeta(inputFact(file), input.name);
    await stageInput(input, file, skip, stager, shutdown, stats);
  }
  return { ...stats, rows: stager.count };
}

/** Returns the first rows that need the user's attention. */
export function firstProblems(store: RunStore): PlannedProblem[] {
  const [problems = []] = store.read.planned("problems");
  return problems.slice(0, PROBLEMS_SHOWN).map((row) => ({ ...row, ...namedInput(store, row.file) }));
}

function namedInput(store: RunStore, file: number): { readonly input?: string } {
  const input = store.getMeta(inputFact(file));
  return input === undefined || store.getMeta(inputFact(1)) === undefined ? {} : { input };
}

/** Returns the key under which the run stores an input's name. Planning names other inputs in its messages. */
function inputFact(file: number): string {
  return `input_${file}`;
}

/** The inputs to read, and the options of reading them. */
export interface InputJob {
  readonly inputs: readonly InputSource[];
  readonly reading: InputOptions;
}

/**
 * Opens every input, so that a file that is not a table is found before anything is created or locked. Throws
 * StoppedError if the run is stopping.
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

/** Closes all inputs. */
export function closeInputs(inputs: readonly OpenInput[]): void {
  for (const input of inputs) input.close();
}

/** Throws RunError "input" unless all inputs have the same columns: their records are written back into one file. */
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

/** Describes how the layouts differ. Quotation marks around headers, `sep=` lines and encodings may differ. */
function differenceOf(first: OpenInput, other: OpenInput): string | undefined {
  const isSameHeader =
    first.header?.length === other.header?.length &&
    (first.header ?? []).every((name, index) => name === other.header?.[index]);
  if (!isSameHeader) return "the header differs from that";
  if (first.delimiter !== other.delimiter) return "its delimiter is not that";
  const { aliasFor, aliases } = first.columns;
  const isSameColumns =
    aliasFor === other.columns.aliasFor && aliases.join() === other.columns.aliases.join();
  return isSameColumns ? undefined : "its addresses are in other columns than those";
}

const MAX_NAME_LENGTH = 60;

/**
 * Returns the path of a run's folder, `20261122T214500123Z-aliases`. The name sorts by time and is valid on every
 * system. Another run may already use it.
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
