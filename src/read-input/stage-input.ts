import type { OpenInput } from "../csv/open-input.ts";
import { withoutGuesses } from "../domain/guessed-encoding.ts";
import type { ParsedRecord, ParsedRow } from "../domain/parsed-record.ts";
import { type InputRecord, parseRecord } from "../domain/row.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { RowStager, StagedRow } from "../ledger/stage-rows.ts";
import { CutLists } from "./cut-lists.ts";
import { DamageWatch, type ReadRecord } from "./damage-watch.ts";

/** The statistics of reading. */
export interface InputStats {
  /** Rows in which white space or invisible characters around an address were removed. */
  cleanedCount: number;
  blankLineCount: number;
  /** Records without a secondary address. They don't give a row, which is not a failure. */
  withoutAliasCount: number;
  /** Addresses of other kinds, such as x500, that were skipped. */
  ignoredAddressCount: number;
  /** Entries of lists that were skipped because they are the primary itself. */
  ownAddressCount: number;
  /** Records that were accepted with missing or surplus empty cells at their end. */
  unevenCount: number;
  /** Warnings about how inputs were read, as sentences. */
  warnings: string[];
  /** Bytes read so far of all inputs, for the progress bar. */
  bytesRead: number;
}

/** Rows in a batch. A single record can have a hundred thousand rows. */
const BATCH_ROWS = 1_000;

/**
 * Reads an input to its end and stages the rows of each record: pairs, and invalid rows with their reasons. Planning
 * compares rows with each other later. Throws StoppedError if the run is stopping.
 */
export async function stageInput(
  input: OpenInput,
  file: number,
  skip: SkipDomain,
  stager: RowStager,
  shutdown: Shutdown,
  notes: InputStats,
): Promise<void> {
  const bytesBefore = notes.bytesRead;
  const cutLists = new CutLists(input);
  const damage = new DamageWatch(input);
  for (;;) {
    // Interruptible, because a pipe may never deliver more data.
    const { value: records, done } = await shutdown.untilDrained(input.records.next());
    if (done === true) break;
    let rows: StagedRow[] = [];
    for (const record of records) {
      for (const read of damage.next(record, parseRecord(record, input))) {
        const doubt = cutLists.doubtOf(read.record);
        for (const row of rowsOf(read, input, file, skip, notes)) {
          rows.push(doubt === undefined ? row : { ...row, doubt });
          if (rows.length < BATCH_ROWS) continue;
          stager.add(rows);
          rows = [];
        }
      }
    }
    stager.add(rows);
    notes.bytesRead = bytesBefore + input.bytesRead();
  }
  // These records don't give rows, but they are counted.
  for (const read of damage.end()) rowsOf(read, input, file, skip, notes);
  cutLists.settle(stager, file);
  notes.blankLineCount += input.blankLineCount();
  notes.warnings.push(...input.warnings().map((remark) => `${input.name}: ${remark}`));
}

function rowsOf(
  { record, reading: read }: ReadRecord,
  input: OpenInput,
  file: number,
  skip: SkipDomain,
  notes: InputStats,
): Iterable<StagedRow> {
  const guessed = input.guessedEncoding();
  const reading = guessed === undefined ? read : withoutGuesses(read, record, input, guessed);
  if (record.cells.length !== input.cellCount && reading.kind !== "invalid") notes.unevenCount += 1;
  if (reading.kind !== "list") return [stagedRow(reading, record, file, undefined, skip, notes)];
  notes.ignoredAddressCount += reading.otherCount;
  notes.ownAddressCount += reading.ownCount;
  if (reading.rowCount === 0) notes.withoutAliasCount += 1;
  return listRows(reading, record, file, skip, notes);
}

function* listRows(
  list: Extract<ParsedRecord, { kind: "list" }>,
  record: InputRecord,
  file: number,
  skip: SkipDomain,
  notes: InputStats,
): Generator<StagedRow, void, undefined> {
  let part: StagedRow["recordPart"] = list.rowCount > 1 ? "first" : undefined;
  for (const row of list.rows) {
    yield stagedRow(row, record, file, part, skip, notes);
    if (part === "first") part = "later";
  }
}

/** Builds a staged row. Fields are written out, because spreading an object for every row takes several times as long. */
function stagedRow(
  reading: ParsedRow,
  { line, raw }: InputRecord,
  file: number,
  part: StagedRow["recordPart"],
  skip: SkipDomain,
  notes: InputStats,
): StagedRow {
  if (reading.kind === "invalid") {
    const { aliasFor, alias, code, message } = reading;
    const planned = { outcome: "invalid", code, message } as const;
    return {
      file,
      line,
      raw,
      recordPart: part,
      aliasFor,
      alias,
      primaryKey: null,
      aliasKey: null,
      planned,
    };
  }
  if (reading.cleaned) notes.cleanedCount += 1;
  const { aliasFor, alias } = reading.pair;
  const { primaryKey, aliasKey } = reading;
  if (!skip(aliasKey)) {
    return { file, line, raw, recordPart: part, aliasFor, alias, primaryKey, aliasKey, planned: undefined };
  }
  const message = `--skip-domain skips ${aliasKey.slice(aliasKey.lastIndexOf("@") + 1)}`;
  const planned = { outcome: "skipped", code: "skipped_domain", message } as const;
  // Without `aliasKey` the row is not compared with others. Only the check for chains uses its two addresses.
  return {
    file,
    line,
    raw,
    recordPart: part,
    aliasFor,
    alias,
    primaryKey,
    aliasKey: null,
    skippedKey: aliasKey,
    planned,
  };
}
