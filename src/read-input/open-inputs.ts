import type { InputSource } from "../csv/input-bytes.ts";
import { type InputOptions, type OpenInput, openInput } from "../csv/open-input.ts";
import { RunError } from "../domain/run-error.ts";
import type { Stop } from "../engine/stop.ts";

/** What is read, and how. */
export interface InputJob {
  readonly inputs: readonly InputSource[];
  readonly reading: InputOptions;
}

/**
 * Opens every input, so that what is no table is known before anything is made or locked. Throws a StoppedError
 * if the run is to end.
 */
export async function openInputs({ inputs, reading }: InputJob, stop: Stop): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  try {
    for (const source of inputs) opened.push(await stop.orStopped(openInput(source, reading)));
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
