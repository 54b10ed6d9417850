import { RunError } from "../domain/run-error.ts";
import { type PageCall, readPages } from "./pages.ts";
import type { Reads } from "./reads.ts";

/** A list of which nothing may be missing. */
export interface WholeList<T> {
  /** What it holds, for people: `group 'Staff'`. */
  readonly what: string;
  /** What its items are called: `members`. */
  readonly items: string;
  readonly pageSize: number;
  /** Called before the list is read, also when it is read again: what was taken before does not count. */
  readonly begin: () => ListTaking<T> | Promise<ListTaking<T>>;
}

/** One reading of a list, from its beginning. */
interface ListTaking<T> {
  readonly call: PageCall<T>;
  /** Takes what a page holds; the next page but one is not asked for before it has. */
  readonly take: (items: readonly T[]) => void | Promise<void>;
  /** Asked after the last page: how the API contradicts itself, beyond `totalCount`. */
  readonly contradiction?: () => string | undefined;
}

/**
 * Reads a list to its end, and returns how many items it holds. Where the API's own counts say that it holds something
 * else than was read, somebody may have come or gone meanwhile: it is read once more. A list that ended early is never
 * taken for a whole one.
 *
 * Throws a RunError that names list and page where it can't be had whole, and a StoppedError if the run stops.
 *
 * @param again told that the list is read once more, and why: at which page, in which way
 */
export async function readWhole<T>(
  list: WholeList<T>,
  reads: Reads,
  again: (why: string) => void,
): Promise<number> {
  const first = await readOnce(list, reads);
  if (first.contradiction === undefined) return first.count;
  again(first.contradiction);
  const second = await readOnce(list, reads);
  if (second.contradiction === undefined) return second.count;
  throw new RunError("incomplete", `${list.what}, ${second.contradiction}, also when read again`);
}

interface OneReading {
  readonly count: number;
  /** After the list's name. Undefined where nothing contradicts what was read. */
  readonly contradiction: string | undefined;
}

async function readOnce<T>(
  { begin, items, pageSize, what }: WholeList<T>,
  reads: Reads,
): Promise<OneReading> {
  const { call, contradiction, take } = await begin();
  let count = 0;
  let last = 0;
  let totalCount: number | undefined;
  for await (const page of readPages(what, pageSize, reads, call)) {
    await take(page.items);
    count += page.items.length;
    last = page.number;
    // The latest counts: who joined behind the place of reading is in it, and is read as well.
    totalCount = page.totalCount ?? totalCount;
  }
  const isTrue = totalCount === undefined || totalCount === count;
  const why = isTrue ? contradiction?.() : `${count} ${items} were read, but totalCount is ${totalCount}`;
  return {
    count,
    contradiction: why === undefined ? undefined : `page ${last}: it is the last one, and ${why}`,
  };
}
