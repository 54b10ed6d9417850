import type { Page, PageRequest } from "../domain/page.ts";
import type { PageExchange } from "../domain/read-exchange.ts";
import { RunError, type RunErrorKind } from "../domain/run-error.ts";
import type { CallControl } from "../domain/updater.ts";
import type { Reads, Unread } from "./reads.ts";

/** Makes the call for one page of a list. */
export type PageCall<T> = (page: PageRequest, call: CallControl) => Promise<PageExchange<T>>;

/** A page that was read. */
export interface ReadPage<T> extends Page<T> {
  /** From 1. */
  readonly number: number;
}

/** A list whose pages are empty so many times in a row goes round in circles, whatever its tokens say. */
const MOST_EMPTY_PAGES = 1_000;
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
  reads: Reads,
  call: PageCall<T>,
): AsyncGenerator<ReadPage<T>, void, undefined> {
  const tokens = new Set<string>();
  let empty = 0;
  let count = 0;
  const ask = async (number: number, token: string | undefined): Promise<ReadPage<T>> => {
    const result = await reads.read(`${what}, page ${number}`, (control) =>
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
    if (next !== undefined && tokens.has(next)) throw pageError(number, "incomplete", REPEATED);
    if (empty >= MOST_EMPTY_PAGES) throw pageError(number, "incomplete", ENDLESS);
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

const KINDS: Readonly<Record<Unread["kind"], RunErrorKind>> = {
  failed: "incomplete",
  refused: "refused",
  unreachable: "unreachable",
};

const REPEATED = "its token for the next page has been there before, so the list would never end";
const ENDLESS = `it is empty, as the ${MOST_EMPTY_PAGES - 1} before it were, so the list would never end`;
