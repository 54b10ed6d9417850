import { readAddress } from "../domain/address.ts";

/** How Exchange and Active Directory mark the kind of each address in a list of them. */
const KIND = /^\s*(?:smtp|x500|x400|sip|eum|spo|notes|msmail|ccmail|gwise|fax|mrs|ms|rfax|oct|k|smtpx):/i;
/** `ann@x.example` with whatever around it: in a list, in angle brackets, behind `mailto:`. */
const WITHIN = /[^\s@;,:<>"]@[^\s@;,:<>"]+\.[^\s@;,:<>"]/;
/** What Export-Csv writes for a collection that nobody joined: meant to be addresses. */
const NET_TYPE = /^(?:Microsoft|System|Deserialized)\.[\w.]+(?:`\d+)?(?:\[.*\])?$/;

/** Whether a cell holds nothing but one address, or a list of them as Exchange and Active Directory write it. */
export function isAddressCell(cell: string): boolean {
  return KIND.test(cell) || readAddress(cell).ok;
}

/** Whether a cell has to do with addresses at all: also where it can't be used as it is. */
export function holdsAddresses(cell: string): boolean {
  return WITHIN.test(cell) || KIND.test(cell) || NET_TYPE.test(cell);
}

/** The cell in a column; an empty one where the record is too short to have it. */
export function cellAt(record: readonly string[], column: number): string {
  return record[column] ?? "";
}
