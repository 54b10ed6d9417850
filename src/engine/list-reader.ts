import type { CallOptions } from "../domain/api.ts";
import type { KeyList, Page, PageExchange, PageRequest } from "../domain/response.ts";
import { RunError, type RunErrorKind } from "../domain/run-error.ts";
import type { ApiReader, ReadFailure } from "./api-reader.ts";

/** A list that must be read completely. */
export interface CompleteList<T> {
  /** The list's name for people: `group 'Staff'`. */
  readonly what: string;
  /** What its items are called: `members`. */
  readonly items: string;
  readonly pageSize: number;
  /** Tells items apart. Undefined for an item that nothing tells from another one. */
  readonly keyOf: (item: T) => string | undefined;
  /** Makes an empty list of keys; there is one for each reading. */
  readonly openKeys: () => KeyList;
  /** Called before each reading: what was taken before does not count. */
  readonly begin: () => ListPass<T> | Promise<ListPass<T>>;
}

/** One reading of a list, from its beginning. */
interface ListPass<T> {
  readonly call: PageCall<T>;
  /** Takes what a page holds; the next page but one is not asked for before it has. */
  readonly onPage: (items: readonly T[]) => void | Promise<void>;
  /** Asked after the last page: how the API contradicts itself, beyond `totalCount`. */
  readonly countMismatch?: () => string | undefined;
}

/** A list that changes more often than this while it is read needs a quieter time. */
const MAX_READINGS = 5;
/** Without `totalCount`, repeated keys are looked for at this many items, and again whenever their number has doubled. */
const FIRST_LOOK_ITEMS = 10_000;

/**
 * Reads a list to its end, and returns how many items it holds. While a list is read by pages, an item that leaves
 * moves the others forward, past the place of reading, and one that joins moves them back. So a reading counts only if
 * `totalCount` is the same on every page, as many items came, and none came twice; otherwise the list is read again,
 * up to {@link MAX_READINGS} times.
 *
 * Throws a RunError that names list and page where it can't be read whole, and a StoppedError if the run stops.
 *
 * @param again called before the list is read again, with the reason: at which page, in which way
 */
export async function readCompleteList<T>(
  list: CompleteList<T>,
  reader: ApiReader,
  again: (why: string) => void,
): Promise<number> {
  for (let readings = 1; ; readings += 1) {
    const { contradiction, count } = await readOnce(list, reader);
    if (contradiction === undefined) return count;
    if (readings < MAX_READINGS) {
      again(contradiction);
      continue;
    }
    throw new RunError(
      "incomplete",
      `${list.what}, ${contradiction}, also when read again: none of ${MAX_READINGS} readings was whole. Run the same command again at a quieter time`,
    );
  }
}

interface OneReading {
  readonly count: number;
  /** Undefined where nothing contradicts what was read. */
  readonly contradiction: string | undefined;
}

async function readOnce<T>(list: CompleteList<T>, reader: ApiReader): Promise<OneReading> {
  const { call, countMismatch: contradiction, onPage: take } = await list.begin();
  const { items, keyOf, pageSize, what } = list;
  const keys = list.openKeys();
  let count = 0;
  let last = 0;
  let told: { readonly totalCount: number; readonly page: number } | undefined;
  let nextLook = FIRST_LOOK_ITEMS;
  const isTwice = (): string | undefined => {
    const key = keys.repeated();
    return key === undefined ? undefined : `${key} came twice among the ${items}`;
  };
  const at = (why: string | undefined): OneReading => ({
    count,
    contradiction: why === undefined ? undefined : `page ${last}: ${why}`,
  });
  try {
    for await (const page of readPages(what, pageSize, reader, call)) {
      const { number, totalCount = told?.totalCount } = page;
      last = number;
      if (told !== undefined && totalCount !== told.totalCount) {
        return at(`totalCount is ${totalCount} here, and was ${told.totalCount} on page ${told.page}`);
      }
      if (totalCount !== undefined) told = { totalCount, page: number };
      await take(page.items);
      count += page.items.length;
      keys.add(page.items.flatMap((item) => keyOf(item) ?? []));
      if (totalCount !== undefined && count > totalCount + pageSize) {
        return at(`${count} ${items} have come, more than a page beyond totalCount, which is ${totalCount}`);
      }
      if (totalCount !== undefined || count < nextLook) continue;
      nextLook = 2 * count;
      const twice = isTwice();
      if (twice !== undefined) return at(twice);
    }
    const isWhole = told === undefined || told.totalCount === count;
    const why = isWhole
      ? (isTwice() ?? contradiction?.())
      : `${count} ${items} were read, but totalCount is ${told?.totalCount}`;
    return at(why === undefined ? undefined : `it is the last one, and ${why}`);
  } finally {
    keys.close();
  }
}

/** Makes the call for one page of a list. */
type PageCall<T> = (page: PageRequest, call: CallOptions) => Promise<PageExchange<T>>;

/** A page that was read. */
export interface ReadPage<T> extends Page<T> {
  /** From 1. */
  readonly number: number;
}

/** A list whose pages are empty so many times in a row goes round in circles, whatever its tokens say. */
const MAX_EMPTY_PAGES = 1_000;
/** Bounds of a list whose tokens are always new: far beyond any account's, so that only an endless list meets them. */
const MAX_ITEMS = 10_000_000;
const MAX_PAGES = 100_000;
/** How far beyond its `totalCount` a list may go, as nothing is known of what find-groups counts. */
const TOTAL_COUNT_FACTOR = 10;
const TOTAL_COUNT_SLACK = 10_000;

/**
 * Reads a list page by page, in order, until there is no next one: an empty page, or a short one, is not the end.
 * While a page is used, the one after it is on its way already; no more than that is in memory.
 *
 * Throws a RunError that names list and page where a page can't be had, a token repeats or the list has no end, and a
 * StoppedError if the run stops.
 *
 * @param what what the list holds, for people
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
  const ask = async (number: number, token: string | undefined): Promise<ReadPage<T>> => {
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
  let coming: Promise<ReadPage<T>> | undefined = ask(1, undefined);
  while (coming !== undefined) {
    const page: ReadPage<T> = await coming;
    const { next, number } = page;
    empty = page.items.length === 0 ? empty + 1 : 0;
    if (next !== undefined && tokens.has(next)) throw pageError(number, "incomplete", TOKEN_LOOP);
    if (empty >= MAX_EMPTY_PAGES) throw pageError(number, "incomplete", TOO_MANY_EMPTY);
    count += page.items.length;
    const beyond = next === undefined ? undefined : boundPassed(number, count, page.totalCount);
    if (beyond !== undefined) throw pageError(number, "incomplete", beyond);
    if (next !== undefined) tokens.add(next);
    coming = next === undefined ? undefined : ask(number + 1, next);
    // If the page that comes first can't be used, nobody awaits this one.
    coming?.catch(() => undefined);
    yield page;
  }
}

/** The bound that a list with a next page has passed. */
function boundPassed(pages: number, count: number, totalCount: number | undefined): string | undefined {
  const most =
    totalCount === undefined
      ? MAX_ITEMS
      : Math.min(MAX_ITEMS, TOTAL_COUNT_FACTOR * totalCount + TOTAL_COUNT_SLACK);
  if (count > most) {
    const told = totalCount === undefined ? "" : `, and totalCount is ${totalCount}`;
    return `${count} items have come${told}, and there is a next page, so the list seems to have no end`;
  }
  if (pages < MAX_PAGES) return undefined;
  return `there is a page after these ${MAX_PAGES}, so the list seems to have no end. If it is that long, use a larger page size`;
}

const KINDS: Readonly<Record<ReadFailure["kind"], RunErrorKind>> = {
  failed: "incomplete",
  "access-denied": "refused",
  unreachable: "unreachable",
};

const TOKEN_LOOP = "its token for the next page has been there before, so the list would never end";
const TOO_MANY_EMPTY = `it is empty, as the ${MAX_EMPTY_PAGES - 1} before it were, so the list would never end`;
