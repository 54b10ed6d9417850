import type { Page } from "../domain/page.ts";
import { MAX_PAGE_SIZE } from "../domain/page.ts";
import { RunError, type RunErrorKind } from "../domain/run-error.ts";
import { type PageCall, PageError, readPages } from "../engine/pages.ts";
import type { Reads } from "../engine/reads.ts";

/** A list of which nothing may be missing. */
export interface WholeList<T> {
  /** What it holds, for people. */
  readonly what: string;
  /** Called before the list is read, also when it is read again: what was taken before does not count. */
  readonly begin: () => ListTaking<T>;
}

/** One reading of a list, from its beginning. */
interface ListTaking<T> {
  readonly call: PageCall<T>;
  readonly take: (items: readonly T[]) => void;
  /** Asked after the last page: how the API contradicts itself, beyond `totalCount`. */
  readonly contradiction?: () => string | undefined;
}

/**
 * Reads a list to its end. Where the API's own counts say that it holds something else than was read, addresses may
 * have come or gone meanwhile: it is read once more. What is absent from a list that ended early is not absent.
 *
 * Throws a RunError that names list and page where it can't be had whole, and a StoppedError if the run stops.
 */
export async function readWhole<T>(
  list: WholeList<T>,
  reads: Reads,
  again: (what: string, why: string) => void,
): Promise<void> {
  try {
    const first = await readOnce(list, reads);
    if (first === undefined) return;
    again(list.what, first);
    const second = await readOnce(list, reads);
    if (second === undefined) return;
    throw new RunError("incomplete", `${list.what}: ${second}, also when read again. ${NOTHING_CLAIMED}`);
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    throw new RunError(KINDS[error.kind], `${list.what}, ${error.message}. ${NOTHING_CLAIMED}`, {
      cause: error,
    });
  }
}

const NOTHING_CLAIMED =
  "Nothing is claimed of a list that is not whole, so verify.csv is not written; run the same command again";

const KINDS: Readonly<Record<PageError["kind"], RunErrorKind>> = {
  failed: "incomplete",
  refused: "refused",
  unreachable: "unreachable",
};

/** How the list contradicted itself; undefined where it did not. */
async function readOnce<T>(list: WholeList<T>, reads: Reads): Promise<string | undefined> {
  const { call, contradiction, take } = list.begin();
  let count = 0;
  let totalCount: number | undefined;
  for await (const page of readPages(list.what, MAX_PAGE_SIZE, reads, call)) {
    take(page.items);
    count += page.items.length;
    totalCount = latest(page, totalCount);
  }
  if (totalCount !== undefined && totalCount !== count) {
    return `${count} items were read, but totalCount is ${totalCount}`;
  }
  return contradiction?.();
}

/** Who joins behind the place of reading is in the latest count, and is read as well. */
function latest<T>({ totalCount }: Page<T>, before: number | undefined): number | undefined {
  return totalCount ?? before;
}
