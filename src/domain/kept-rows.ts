import { parseAddress } from "./address.ts";
import { filterEntries } from "./address-list.ts";
import { parseCell, rowSelector } from "./alias-cell.ts";
import { filledCells, type InputRecord, type RecordLayout } from "./row.ts";

/**
 * Returns the cells of a record with only some of its rows. `isKept` gets a row's number, from 0, in the order of
 * `parseRecord`. Parsing the returned cells gives exactly the kept rows.
 */
export function keptRows(
  record: InputRecord,
  layout: RecordLayout,
  isKept: (ordinal: number) => boolean,
): readonly string[] {
  const cells = [...record.cells];
  const primary = parseAddress(cells[layout.columns.aliasFor] ?? "");
  // A record without a valid primary is a single row, so there is nothing to remove.
  if (!primary.ok) return cells;
  let before = 0;
  for (const cell of filledCells(record, layout)) {
    const reading = parseCell(primary, cell);
    const from = before;
    if (reading.kind === "list") {
      before += reading.rowCount;
      const kept = (ordinal: number): boolean => isKept(from + ordinal);
      cells[cell.column] = filterEntries(cell.text, kept, rowSelector(primary, cell));
    } else {
      before += 1;
      if (!isKept(from)) cells[cell.column] = "";
    }
  }
  return cells;
}
