import type { KeyList } from "../domain/page.ts";
import { RunError } from "../domain/run-error.ts";
import { type PageCall, readPages } from "./pages.ts";
import type { Reads } from "./reads.ts";

/** A list that must be read completely. */
export interface WholeList<T> {
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
export async function readWhole<T>(
  list: WholeList<T>,
  reads: Reads,
  again: (why: string) => void,
): Promise<number> {
  for (let readings = 1; ; readings += 1) {
    const { contradiction, count } = await readOnce(list, reads);
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

async function readOnce<T>(list: WholeList<T>, reads: Reads): Promise<OneReading> {
  const { call, contradiction, take } = await list.begin();
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
    for await (const page of readPages(what, pageSize, reads, call)) {
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
