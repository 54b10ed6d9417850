import { addressKey } from "../domain/address.ts";
import type { CallOptions, InternalUser, InternalUserPage } from "../domain/api.ts";
import { MAX_PAGE_SIZE, type PageRequest } from "../domain/response.ts";
import { RunError } from "../domain/run-error.ts";
import { ApiReader } from "../engine/api-reader.ts";
import { type CompleteList, readCompleteList } from "../engine/list-reader.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import { openKeyList } from "../ledger/key-list.ts";
import type { VerifyStore } from "../ledger/verify-store.ts";
import type { VerifyJob, VerifyParts, VerifyProgress } from "./verify-job.ts";

/** Which permission the two calls need is not documented. */
const PERMISSION = "to call get-internal-domain and get-internal-users";

type Counting = { -readonly [field in keyof VerifyProgress]: number };

/**
 * Asks Mimecast for all that the store wants to know: which domains are internal, then the addresses of each that
 * holds aliases of the input, one domain after the other. Returns how many calls that took.
 */
export async function lookUp(
  store: VerifyStore,
  job: Pick<VerifyJob, "calls" | "folder">,
  parts: VerifyParts,
  shutdown: Shutdown,
): Promise<number> {
  const { clock, directory, random, view } = parts;
  // Not an alias in all of the input.
  if (store.externalDomains(1).count === 0) return 0;
  const reader = new ApiReader(job.calls, { clock, random, shutdown, permission: PERMISSION, hooks: view });
  const openKeys = () => openKeyList(job.folder);
  const read = async <T>(list: Omit<CompleteList<T>, "openKeys">): Promise<void> => {
    try {
      await readCompleteList({ ...list, openKeys }, reader, (why) => view.again(list.what, why));
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      throw new RunError(error.kind, `${error.message}. ${NOTHING_CLAIMED}`, { cause: error });
    }
  };
  await read(internalDomains(store, directory));
  const progress = { wanted: 0, seen: 0, listed: 0 };
  for (const { aliases } of store.internalDomains()) progress.wanted += aliases;
  view.lookingUp(() => progress);
  try {
    for (const { name } of store.internalDomains()) {
      await read(usersOf(name, store, directory, progress));
    }
  } finally {
    view.lookedUp();
  }
  return reader.callCount;
}

const NOTHING_CLAIMED =
  "Nothing is claimed of a list that is not whole, so verify.csv is not written; run the same command again";

function internalDomains(
  store: VerifyStore,
  directory: VerifyParts["directory"],
): Omit<CompleteList<string>, "openKeys"> {
  return {
    what: "the internal domains",
    items: "domains",
    pageSize: MAX_PAGE_SIZE,
    keyOf: (name) => name,
    begin: () => ({
      call: (page, call) => directory.internalDomains(page, call),
      onPage: (names) => store.markInternal(names.map((name) => ({ key: domainKey(name), name }))),
    }),
  };
}

function usersOf(
  domain: string,
  store: VerifyStore,
  directory: VerifyParts["directory"],
  progress: Counting,
): Omit<CompleteList<InternalUser>, "openKeys"> {
  const mark = store.checkpoint();
  return {
    what: `the internal users of ${domain}`,
    items: "addresses",
    pageSize: MAX_PAGE_SIZE,
    keyOf: ({ emailAddress }) => emailAddress,
    begin() {
      store.rollbackTo(mark);
      const tally = new UserCountCheck();
      return {
        async call(page: PageRequest, call: CallOptions) {
          const exchange = await directory.internalUsers(domain, page, call);
          // Here and not in `take`: only the exchange has the API's own count.
          if (exchange.answer.kind === "passed") tally.add(exchange.answer.value);
          return exchange;
        },
        onPage(users) {
          progress.listed += users.length;
          progress.seen += store.addListed(
            users.map(({ emailAddress, alias }) => ({ key: addressKey(emailAddress), alias })),
          );
        },
        countMismatch: () => tally.mismatch(),
      };
    },
  };
}

/** A domain in the form in which those of addresses are compared. */
function domainKey(domain: string): string {
  return addressKey(`@${domain}`).slice(1);
}

/**
 * Counts a domain's users as their pages come, and compares with what the API says of their number. What its
 * `userCount` counts is not known: the users of the page or of the whole list, aliases among them or not. So it
 * contradicts the pages where none of these four is true.
 */
export class UserCountCheck {
  #users = 0;
  #primaries = 0;
  #lastTold: number | undefined;
  #isOfPages = true;
  #isOfPagesPrimaries = true;

  add({ items, userCount }: Pick<InternalUserPage, "items" | "userCount">): void {
    const primaries = items.filter(({ alias }) => alias !== true).length;
    this.#users += items.length;
    this.#primaries += primaries;
    if (userCount === undefined) return;
    // The latest counts for the whole list: who joined meanwhile is in it.
    this.#lastTold = userCount;
    this.#isOfPages &&= userCount === items.length;
    this.#isOfPagesPrimaries &&= userCount === primaries;
  }

  /** How the API contradicts itself, once the list has ended; undefined where it does not. */
  mismatch(): string | undefined {
    const told = this.#lastTold;
    if (told === undefined || this.#isOfPages || this.#isOfPagesPrimaries) return undefined;
    if (told === this.#users || told === this.#primaries) return undefined;
    return `${this.#users} addresses were read, ${this.#primaries} of them no aliases, but userCount is ${told}`;
  }
}
