import { dirname } from "node:path";
import { z } from "zod";
import { formatCsv } from "../csv/format-csv.ts";
import { readTable, type Table } from "../csv/read-table.ts";
import { unescapeFormula } from "../domain/formula.ts";
import type { MemberColumn } from "../domain/member-columns.ts";
import { RunError } from "../domain/run-error.ts";
import type { AtomicFile } from "../files/atomic-file.ts";
import { type ComparedRow, type RowChange, TableDiff } from "../ledger/table-diff.ts";
import type { ChangeCounts } from "./export-job.ts";

/** Two exports to compare, and the file for the changes. */
export interface ChangesJob {
  /** The previous export; it may be missing. */
  readonly previous: string;
  /** This export, complete. */
  readonly current: string;
  /** The file for the changes. */
  readonly file: AtomicFile;
  readonly columns: readonly MemberColumn[];
  readonly bom: boolean;
  readonly escapeFormulas: boolean;
}

const BOM = "\ufeff";

/** Throws a RunError "input" if the file exists and is not an export that can be compared. */
export async function validatePrevious(path: string): Promise<void> {
  const table = await openTable(path);
  await table?.close();
}

/**
 * Writes the members that were added, removed or changed between two exports: `change` and the columns, sorted by group
 * and address. A column that only one of the exports has is not compared. Without a previous export, all members count
 * as added. Memory does not grow with the exports.
 */
export async function writeChanges(job: ChangesJob): Promise<ChangeCounts> {
  const changes = new TableDiff(dirname(job.current));
  try {
    const previous = await openTable(job.previous);
    const current = await openTable(job.current);
    if (current === undefined) throw new Error("the export that was just written is gone");
    const shared = job.columns.filter((column) => previous?.header.includes(column) ?? true);
    if (previous !== undefined) await addRows(changes, "before", previous, job.columns, shared);
    await addRows(changes, "after", current, job.columns, shared);
    return await writeDiff(changes, job, shared);
  } finally {
    changes.close();
  }
}

async function openTable(path: string): Promise<Table | undefined> {
  const table = await readTable(path);
  if (table === undefined || table.header.includes("emailAddress")) return table;
  await table.close();
  throw new RunError(
    "input",
    `${path}, line 1: found no column emailAddress, so it can't be compared. Expected an export of this tool. Move the file away to count all members as added`,
  );
}

/** Adds the rows of a table, with cells in the order of `columns`; cells that the table lacks are empty. */
async function addRows(
  changes: TableDiff,
  side: keyof RowChange,
  table: Table,
  columns: readonly MemberColumn[],
  shared: readonly MemberColumn[],
): Promise<void> {
  const places = columns.map((column) => table.header.indexOf(column));
  const keyOf = memberKey(columns, shared);
  for await (const batch of table.batches) {
    const rows = batch.map((record): ComparedRow => {
      const cells = places.map((place) => unescapeFormula(record[place] ?? ""));
      return { key: keyOf(cells), content: JSON.stringify(cells) };
    });
    changes.add(side, rows);
  }
}

/** Returns a function that gives a member's key: its group and address. A member that is a whole domain has no address. */
function memberKey(
  columns: readonly MemberColumn[],
  shared: readonly MemberColumn[],
): (cells: readonly string[]) => string {
  const place = (column: MemberColumn): number => (shared.includes(column) ? columns.indexOf(column) : -1);
  const group = place(shared.includes("groupId") ? "groupId" : "group");
  const address = place("emailAddress");
  const domain = place("domain");
  return (cells) => {
    const member = cells[address] || `@${cells[domain]}`;
    return JSON.stringify([cells[group], member.toLowerCase()]);
  };
}

async function writeDiff(
  changes: TableDiff,
  job: ChangesJob,
  shared: readonly MemberColumn[],
): Promise<ChangeCounts> {
  const counts = { added: 0, removed: 0, changed: 0 };
  await job.file.append(`${job.bom ? BOM : ""}${formatCsv([["change", ...job.columns]])}`);
  const places = shared.map((column) => job.columns.indexOf(column));
  for (const page of changes.changes()) {
    const rows = page.flatMap((change) => {
      const row = diffRow(change, places);
      if (row === undefined) return [];
      counts[row.change] += 1;
      return [[row.change, ...row.cells]];
    });
    await job.file.append(formatCsv(rows, job));
  }
  return counts;
}

interface DiffRow {
  readonly change: keyof ChangeCounts;
  readonly cells: readonly string[];
}

/** Returns the row for a change, or undefined if the two differ only in columns that one of the exports lacks. */
function diffRow(change: RowChange, places: readonly number[]): DiffRow | undefined {
  const before = change.before === undefined ? undefined : cellsOf(change.before);
  const after = change.after === undefined ? undefined : cellsOf(change.after);
  if (after === undefined) return { change: "removed", cells: before ?? [] };
  if (before === undefined) return { change: "added", cells: after };
  const differs = places.some((place) => before[place] !== after[place]);
  return differs ? { change: "changed", cells: after } : undefined;
}

const storedCells = z.array(z.string());

function cellsOf(content: string): readonly string[] {
  return storedCells.parse(JSON.parse(content));
}
