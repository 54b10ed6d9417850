import { join } from "node:path";
import { windows1252Bytes } from "../csv/code-pages.ts";
import type { CsvRow } from "../csv/format-csv.ts";
import { rewriteRecord } from "../csv/rewrite-record.ts";
import { type RawLayout, writeCsv, writeRawLines } from "../csv/write-csv.ts";
import { keptRows } from "../domain/kept-rows.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { PlannedRow, ResultRow, RunQueries } from "../ledger/run-queries.ts";
import type { UnfinishedRecord } from "../ledger/unfinished-records.ts";
import type { InputManifest } from "./run-manifest.ts";

/** Paths of a run's result files, by their purpose. A file without rows is absent. */
export interface ResultFiles {
  readonly results: string;
  readonly failed?: string;
  readonly failedReasons?: string;
  readonly remaining?: string;
}

/**
 * Writes the result files from the run's database, batch by batch. Each file is written atomically; writing them again
 * gives the same content.
 */
export async function writeResultFiles(
  folder: string,
  read: RunQueries,
  inputs: readonly InputManifest[],
): Promise<ResultFiles> {
  const [first] = inputs;
  if (first === undefined) throw new Error("a run without an input has no result files");
  const results = join(folder, "results.csv");
  const failed = join(folder, "failed.csv");
  const failedReasons = join(folder, "failed-reasons.csv");
  const remaining = join(folder, "remaining.csv");
  const file = fileColumn(inputs);
  const unfinishedBytes = (record: UnfinishedRecord): Buffer => {
    const input = inputs[record.file] ?? first;
    return bytesOf(textOf(record, input), input, inputs.length > 1);
  };

  await writeCsv(
    results,
    [...file.header, ...RESULT_HEADER],
    mapped(read.results("all"), (row) => [...file.cell(row), ...resultCells(row)]),
  );
  const failedCount = await writeRawLines(
    failed,
    layoutOf(first, inputs.length > 1),
    mapped(read.records("to-fix"), unfinishedBytes),
  );
  await writeCsv(
    failedReasons,
    [...file.header, ...REASON_HEADER],
    mapped(read.results("to-fix"), (row) => [...file.cell(row), ...reasonCells(row)]),
    { unlessEmpty: true },
  );
  const remainingCount = await writeRawLines(
    remaining,
    layoutOf(first, inputs.length > 1),
    mapped(read.records("to-retry"), unfinishedBytes),
  );
  return {
    results,
    ...(failedCount > 0 ? { failed, failedReasons } : {}),
    ...(remainingCount > 0 ? { remaining } : {}),
  };
}

/** Writes `plan.csv`: one line per row, with its planned outcome. Throws a StoppedError if the run stops. */
export async function writePlanFile(
  folder: string,
  read: RunQueries,
  inputs: readonly InputManifest[],
  shutdown: Shutdown,
): Promise<string> {
  const path = join(folder, "plan.csv");
  const file = fileColumn(inputs);
  await writeCsv(
    path,
    [...file.header, ...PLAN_HEADER],
    mapped(read.planned("all"), (row) => {
      shutdown.throwIfStopped();
      return [...file.cell(row), ...planCells(row)];
    }),
  );
  return path;
}

const RESULT_HEADER = [
  "line",
  "aliasFor",
  "alias",
  "outcome",
  "code",
  "message",
  "retryable",
  "attempts",
  "requestId",
  "at",
] as const;
const REASON_HEADER = ["line", "aliasFor", "alias", "outcome", "code", "message"] as const;
const PLAN_HEADER = ["line", "aliasFor", "alias", "plan", "code", "message"] as const;

function* mapped<T, U>(batches: Iterable<readonly T[]>, of: (row: T) => U): Generator<readonly U[]> {
  for (const batch of batches) yield batch.map(of);
}

/** Returns the record's text. If some of its rows are done, its cells keep only the unfinished addresses. */
function textOf({ raw, rows }: UnfinishedRecord, input: InputManifest): string {
  if (rows === undefined) return raw;
  const unfinished = new Set(rows);
  return rewriteRecord(raw, input.delimiter, (cells) =>
    keptRows({ line: 0, cells, raw }, input, (ordinal) => unfinished.has(ordinal)),
  );
}

/**
 * Returns the text in UTF-8, or in its original bytes if the input's encoding is a guess. Otherwise the file of failed
 * rows would be UTF-8 with wrong letters, and importing it would send them. With several inputs, only records whose
 * addresses depend on the guess keep their bytes: import holds those back again.
 */
function bytesOf(text: string, { isGuessed }: InputManifest, hasOtherInputs: boolean): Buffer {
  const keepsBytes = isGuessed && (!hasOtherInputs || GUESSED_ADDRESS.test(text));
  return keepsBytes ? windows1252Bytes(text) : Buffer.from(text);
}

/** An address with a non-ASCII letter, or a character that is trimmed around an address and may be a letter. */
const GUESSED_ADDRESS = /[^\0-\u007f][^\s,;|"]{0,254}@|@[^\s,;|"]{0,254}[^\0-\u007f]|[\u00a0\u00ad]/;

/** Returns the first column, which names a row's input; empty with one input. */
function fileColumn(inputs: readonly InputManifest[]): {
  readonly header: readonly string[];
  readonly cell: (row: { readonly file: number }) => CsvRow;
} {
  if (inputs.length === 1) return { header: [], cell: () => [] };
  return { header: ["file"], cell: (row) => [inputs[row.file]?.name ?? ""] };
}

function resultCells(row: ResultRow): CsvRow {
  return [
    row.line,
    row.aliasFor,
    row.alias,
    row.outcome,
    row.code,
    row.message,
    row.retryable === undefined ? "" : String(row.retryable),
    row.attempts,
    row.requestId,
    row.atEpochMs === undefined ? "" : new Date(row.atEpochMs).toISOString(),
  ];
}

function reasonCells(row: ResultRow): CsvRow {
  return [row.line, row.aliasFor, row.alias, row.outcome, row.code, row.message];
}

function planCells(row: PlannedRow): CsvRow {
  return [row.line, row.aliasFor, row.alias, row.plan, row.code, row.message];
}

function layoutOf(input: InputManifest, hasOtherInputs: boolean): RawLayout {
  const { bom, headerRaw, lineBreak } = input;
  return {
    bom,
    header: headerRaw === undefined ? undefined : bytesOf(headerRaw, input, hasOtherInputs),
    lineBreak,
  };
}
