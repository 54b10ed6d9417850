import { readAddress } from "../domain/address.ts";
import { beginsWithKind } from "../domain/address-cell.ts";

/** `ann@x.example` with whatever around it: in a list, in angle brackets, behind `mailto:`. */
const WITHIN = /[^\s@;,:<>"]@[^\s@;,:<>"]+\.[^\s@;,:<>"]/;
/** What Export-Csv writes for a collection that nobody joined: meant to be addresses. */
const NET_TYPE = /^(?:Microsoft|System|Deserialized)\.[\w.]+(?:`\d+)?(?:\[.*\])?$/;

/** Whether a cell holds nothing but one address, or a list of them as Exchange and Active Directory write it. */
export function isAddressCell(cell: string): boolean {
  return beginsWithKind(cell) || readAddress(cell).ok;
}

/** Whether a cell has to do with addresses at all: also where it can't be used as it is. */
export function holdsAddresses(cell: string): boolean {
  return WITHIN.test(cell) || beginsWithKind(cell) || NET_TYPE.test(cell);
}

/** The cell in a column; an empty one where the record is too short to have it. */
export function cellAt(record: readonly string[], column: number): string {
  return record[column] ?? "";
}
