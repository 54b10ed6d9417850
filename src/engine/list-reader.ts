import type { CallOptions } from "../domain/api.ts";
import type { KeyList, Page, PageExchange, PageRequest } from "../domain/response.ts";
import { RunError, type RunErrorKind } from "../domain/run-error.ts";
import type { ApiReader, ReadFailure } from "./api-reader.ts";

/** A list that must be read completely. */
export interface CompleteList<T> {
  /** The list's name in messages: `group 'Staff'`. */
  readonly what: string;
  /** The name of its items: `members`. */
  readonly items: string;
  readonly pageSize: number;
  /** Returns the identity of an item; undefined for an item without one. */
  readonly keyOf: (item: T) => string | undefined;
  /** Makes an empty list of keys, once per reading. */
  readonly openKeys: () => KeyList;
  /** Called before each reading. Items of an earlier reading must be discarded. */
  readonly begin: () => ListPass<T> | Promise<ListPass<T>>;
}

/** One reading of a list, from its beginning. */
interface ListPass<T> {
  readonly call: PageCall<T>;
  /** Consumes one page. Backpressure: at most one more page is requested before this resolves. */
  readonly onPage: (items: readonly T[]) => void | Promise<void>;
  /** Called after the last page. Returns how the API contradicts itself, beyond `totalCount`. */
  readonly countMismatch?: () => string | undefined;
}

/** Readings of a list that changes while it is read, before this gives up. */
const MAX_READINGS = 5;
/** Without `totalCount`, the first check for repeated keys is after this many items, the next whenever the count doubles. */
const FIRST_CHECK_ITEMS = 10_000;

/**
 * Reads a list completely, and returns the number of its items. While a list is read by pages, an item that is removed
 * moves others to a page that was already read, and an item that is added moves some to the next page. So a reading
 * counts only if `totalCount` is the same on every page, the number of items equals it, and no item came twice.
 * Otherwise the list is read again, up to {@link MAX_READINGS} times.
 *
 * Throws a RunError that names list and page if it can't be read completely, and a StoppedError if the run stops.
 *
 * @param onReread called before the list is read again, with the page and the reason
 */
export async function readCompleteList<T>(
  list: CompleteList<T>,
  reader: ApiReader,
  onReread: (why: string) => void,
): Promise<number> {
  for (let readings = 1; ; readings += 1) {
    const { contradiction, count } = await readOnce(list, reader);
    if (contradiction === undefined) return count;
    if (readings < MAX_READINGS) {
      onReread(contradiction);
      continue;
    }
    throw new RunError(
      "incomplete",
      `${list.what}, ${contradiction}, also when read again: none of ${MAX_READINGS} readings was complete. Run the same command again when fewer changes are made`,
    );
  }
}

interface OneReading {
  readonly count: number;
  /** Undefined if the reading is consistent. */
  readonly contradiction: string | undefined;
}

async function readOnce<T>(list: CompleteList<T>, reader: ApiReader): Promise<OneReading> {
  const { call, countMismatch, onPage } = await list.begin();
  const { items, keyOf, pageSize, what } = list;
  const keys = list.openKeys();
  let count = 0;
  let last = 0;
  let first: { readonly totalCount: number; readonly page: number } | undefined;
  let nextCheck = FIRST_CHECK_ITEMS;
  const repetition = (): string | undefined => {
    const key = keys.repeated();
    return key === undefined ? undefined : `${key} came twice among the ${items}`;
  };
  const at = (why: string | undefined): OneReading => ({
    count,
    contradiction: why === undefined ? undefined : `page ${last}: ${why}`,
  });
  try {
    for await (const page of readPages(what, pageSize, reader, call)) {
      const { number, totalCount = first?.totalCount } = page;
      last = number;
      if (first !== undefined && totalCount !== first.totalCount) {
        return at(`totalCount is ${totalCount} here, and was ${first.totalCount} on page ${first.page}`);
      }
      if (totalCount !== undefined) first = { totalCount, page: number };
      await onPage(page.items);
      count += page.items.length;
      keys.add(page.items.flatMap((item) => keyOf(item) ?? []));
      if (totalCount !== undefined && count > totalCount + pageSize) {
        return at(`${count} ${items} were read, more than a page beyond totalCount, which is ${totalCount}`);
      }
      if (totalCount !== undefined || count < nextCheck) continue;
      nextCheck = 2 * count;
      const repeated = repetition();
      if (repeated !== undefined) return at(repeated);
    }
    const isComplete = first === undefined || first.totalCount === count;
    const why = isComplete
      ? (repetition() ?? countMismatch?.())
      : `${count} ${items} were read, but totalCount is ${first?.totalCount}`;
    return at(why === undefined ? undefined : `it is the last one, and ${why}`);
  } finally {
    keys.close();
  }
}

/** A function that requests one page of a list. */
type PageCall<T> = (page: PageRequest, call: CallOptions) => Promise<PageExchange<T>>;

/** A page that was read. */
export interface ReadPage<T> extends Page<T> {
  /** Page number, from 1. */
  readonly number: number;
}

/** A list with this many consecutive empty pages never ends, whatever its tokens say. */
const MAX_EMPTY_PAGES = 1_000;
/** Bounds for a list whose tokens never repeat: far above any account's, so that only an endless list exceeds them. */
const MAX_ITEMS = 10_000_000;
const MAX_PAGES = 100_000;
/** How far a list may exceed its `totalCount`, because it is not documented what find-groups counts. */
const TOTAL_COUNT_FACTOR = 10;
const TOTAL_COUNT_SLACK = 10_000;

/**
 * Reads a list page by page, in order, until the last page. An empty or short page is not the end. While the
 * caller uses a page, the next one is already in flight; no more pages are in memory.
 *
 * Throws a RunError that names list and page if a page can't be read, a token repeats or the list does not end, and a
 * StoppedError if the run stops.
 *
 * @param what the list's name in messages
 */
export async function* readPages<T>(
  what: string,
  pageSize: number,
  reader: ApiReader,
  call: PageCall<T>,
): AsyncGenerator<ReadPage<T>, void, undefined> {
  const tokens = new Set<string>();
  let empty = 0;
  let count = 0;
  const request = async (number: number, token: string | undefined): Promise<ReadPage<T>> => {
    const result = await reader.read(`${what}, page ${number}`, (control) =>
      call({ pageSize, token }, control),
    );
    if (result.kind === "read") return { ...result.value, number };
    const { kind, failure, attempts } = result;
    const times = attempts === 1 ? "" : `, after ${attempts} attempts`;
    throw pageError(number, KINDS[kind], `${failure.code}: ${failure.message}${times}`);
  };
  const pageError = (number: number, kind: RunErrorKind, why: string): RunError =>
    new RunError(kind, `${what}, page ${number}: ${why}`);
  let upcoming: Promise<ReadPage<T>> | undefined = request(1, undefined);
  while (upcoming !== undefined) {
    const page: ReadPage<T> = await upcoming;
    const { next, number } = page;
    empty = page.items.length === 0 ? empty + 1 : 0;
    if (next !== undefined && tokens.has(next)) throw pageError(number, "incomplete", TOKEN_LOOP);
    if (empty >= MAX_EMPTY_PAGES) throw pageError(number, "incomplete", TOO_MANY_EMPTY);
    count += page.items.length;
    const exceeded = next === undefined ? undefined : exceededBound(number, count, page.totalCount);
    if (exceeded !== undefined) throw pageError(number, "incomplete", exceeded);
    if (next !== undefined) tokens.add(next);
    upcoming = next === undefined ? undefined : request(number + 1, next);
    // If the caller stops at the current page, nothing awaits this promise. It must not be an unhandled rejection.
    upcoming?.catch(() => undefined);
    yield page;
  }
}

/** Returns which bound a list with a next page exceeds. */
function exceededBound(pages: number, count: number, totalCount: number | undefined): string | undefined {
  const max =
    totalCount === undefined
      ? MAX_ITEMS
      : Math.min(MAX_ITEMS, TOTAL_COUNT_FACTOR * totalCount + TOTAL_COUNT_SLACK);
  if (count > max) {
    const stated = totalCount === undefined ? "" : `, and totalCount is ${totalCount}`;
    return `${count} items were read${stated}, and there is a next page, so the list does not seem to end`;
  }
  if (pages < MAX_PAGES) return undefined;
  return `there is a page after these ${MAX_PAGES}, so the list does not seem to end. If it is that long, use a larger page size`;
}

const KINDS: Readonly<Record<ReadFailure["kind"], RunErrorKind>> = {
  failed: "incomplete",
  "access-denied": "refused",
  unreachable: "unreachable",
};

const TOKEN_LOOP = "its token for the next page repeats an earlier one, so the list would never end";
const TOO_MANY_EMPTY = `it is empty, like the ${MAX_EMPTY_PAGES - 1} pages before it, so the list would never end`;
