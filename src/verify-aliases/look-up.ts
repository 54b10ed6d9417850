import { addressKey } from "../domain/address.ts";
import type { CallControl, InternalUser, InternalUserPage } from "../domain/api.ts";
import { MAX_PAGE_SIZE, type PageRequest } from "../domain/response.ts";
import { RunError } from "../domain/run-error.ts";
import { Reads } from "../engine/api-reader.ts";
import { readWhole, type WholeList } from "../engine/list-reader.ts";
import type { Stop } from "../engine/shutdown.ts";
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
  stop: Stop,
): Promise<number> {
  const { clock, directory, random, view } = parts;
  // Not an alias in all of the input.
  if (store.foreignDomains(1).count === 0) return 0;
  const reads = new Reads(job.calls, { clock, random, stop, permission: PERMISSION, watch: view });
  const openKeys = () => openKeyList(job.folder);
  const read = async <T>(list: Omit<WholeList<T>, "openKeys">): Promise<void> => {
    try {
      await readWhole({ ...list, openKeys }, reads, (why) => view.again(list.what, why));
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
  return reads.callCount;
}

const NOTHING_CLAIMED =
  "Nothing is claimed of a list that is not whole, so verify.csv is not written; run the same command again";

function internalDomains(
  store: VerifyStore,
  directory: VerifyParts["directory"],
): Omit<WholeList<string>, "openKeys"> {
  return {
    what: "the internal domains",
    items: "domains",
    pageSize: MAX_PAGE_SIZE,
    keyOf: (name) => name,
    begin: () => ({
      call: (page, call) => directory.internalDomains(page, call),
      take: (names) => store.internal(names.map((name) => ({ key: domainKey(name), name }))),
    }),
  };
}

function usersOf(
  domain: string,
  store: VerifyStore,
  directory: VerifyParts["directory"],
  progress: Counting,
): Omit<WholeList<InternalUser>, "openKeys"> {
  const mark = store.mark();
  return {
    what: `the internal users of ${domain}`,
    items: "addresses",
    pageSize: MAX_PAGE_SIZE,
    keyOf: ({ emailAddress }) => emailAddress,
    begin() {
      store.forgetSince(mark);
      const tally = new UserTally();
      return {
        async call(page: PageRequest, call: CallControl) {
          const exchange = await directory.internalUsers(domain, page, call);
          // Here and not in `take`: only the exchange has the API's own count.
          if (exchange.answer.kind === "passed") tally.take(exchange.answer.value);
          return exchange;
        },
        take(users) {
          progress.listed += users.length;
          progress.seen += store.seen(
            users.map(({ emailAddress, alias }) => ({ key: addressKey(emailAddress), alias })),
          );
        },
        contradiction: () => tally.contradiction(),
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
export class UserTally {
  #users = 0;
  #primaries = 0;
  #lastTold: number | undefined;
  #isOfPages = true;
  #isOfPagesPrimaries = true;

  take({ items, userCount }: Pick<InternalUserPage, "items" | "userCount">): void {
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
  contradiction(): string | undefined {
    const told = this.#lastTold;
    if (told === undefined || this.#isOfPages || this.#isOfPagesPrimaries) return undefined;
    if (told === this.#users || told === this.#primaries) return undefined;
    return `${this.#users} addresses were read, ${this.#primaries} of them no aliases, but userCount is ${told}`;
  }
}
