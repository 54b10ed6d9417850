import type { OpenInput } from "../csv/open-input.ts";
import { readRow } from "../domain/row.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { Stop } from "../engine/stop.ts";
import type { RowStager, StagedRow } from "../ledger/stage-rows.ts";

/** What reading found besides rows. */
export interface ReadingNotes {
  /** Rows in which white space or invisible characters around an address were removed. */
  cleanedCount: number;
  blankLineCount: number;
  /** What people should know of how inputs were read, as sentences. */
  remarks: string[];
  /** Bytes of all inputs read so far, for the progress bar. */
  bytesRead: number;
}

/**
 * Reads an input to its end and stages a row for each record: the pair, or why there is none. Rows are
 * compared with each other only afterwards, in planning. Throws a StoppedError if the run is to end.
 */
export async function stageInput(
  input: OpenInput,
  file: number,
  skip: SkipDomain,
  stager: RowStager,
  stop: Stop,
  notes: ReadingNotes,
): Promise<void> {
  const bytesBefore = notes.bytesRead;
  for (;;) {
    // A pipe can stay silent for ever.
    const { value: records, done } = await stop.orStopped(input.records.next());
    if (done === true) break;
    const rows: StagedRow[] = [];
    for (const record of records) {
      const reading = readRow(record, input);
      const place = { file, line: record.line, raw: record.raw };
      if (reading.kind === "invalid") {
        const { aliasFor, alias, code, message } = reading;
        const refused = { outcome: "invalid", code, message } as const;
        rows.push({ ...place, aliasFor, alias, primaryKey: null, aliasKey: null, refused });
        continue;
      }
      if (reading.cleaned) notes.cleanedCount += 1;
      const { pair, aliasForKey: primaryKey, aliasKey } = reading;
      if (!skip(aliasKey)) {
        rows.push({ ...place, ...pair, primaryKey, aliasKey });
        continue;
      }
      // Without a key of its alias the row takes part in no comparison, but its primary still is one.
      const message = "--skip-domain passes over the alias's domain";
      const refused = { outcome: "skipped", code: "skipped_domain", message } as const;
      rows.push({ ...place, ...pair, primaryKey, aliasKey: null, refused });
    }
    stager.add(rows);
    notes.bytesRead = bytesBefore + input.bytesRead();
  }
  notes.blankLineCount += input.blankLineCount();
  notes.remarks.push(...input.remarks().map((remark) => `${input.name}: ${remark}`));
}
