import { integer, type Row } from "./database.ts";

/** Rows read at once: enough to make the query's own cost vanish, few enough to be nothing in memory. */
export const PAGE_ROWS = 1_000;
/** Or so many that their records have this length in all, where records are long; never less than one. */
const PAGE_BYTES = 1024 * 1024;

/** Sequence numbers in portions, given each with its record's length. */
export function* pagesOf(lengths: readonly Row[]): Generator<readonly number[]> {
  let page: number[] = [];
  let bytes = 0;
  for (const row of lengths) {
    const length = integer(row, 1);
    if (page.length > 0 && bytes + length > PAGE_BYTES) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(integer(row, 0));
    bytes += length;
  }
  if (page.length > 0) yield page;
}
