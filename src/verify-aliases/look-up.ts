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

/** The permission as advice names it. Which one the two calls need is not documented. */
const PERMISSION = "to call get-internal-domain and get-internal-users";

/** Progress that can be counted up. */
type Counting = { -readonly [field in keyof VerifyProgress]: number };

/**
 * Reads the internal domains from Mimecast, then the addresses of each domain that contains aliases of the input, one
 * domain after the other. Adds all of them to the store. Returns the number of calls.
 */
export async function lookUp(
  store: VerifyStore,
  job: Pick<VerifyJob, "calls" | "folder">,
  parts: VerifyParts,
  shutdown: Shutdown,
): Promise<number> {
  const { clock, directory, random, view } = parts;
  // The input has no valid alias.
  if (store.externalDomains(1).count === 0) return 0;
  const reader = new ApiReader(job.calls, { clock, random, shutdown, permission: PERMISSION, hooks: view });
  const openKeys = () => openKeyList(job.folder);
  const read = async <T>(list: Omit<CompleteList<T>, "openKeys">): Promise<void> => {
    try {
      await readCompleteList({ ...list, openKeys }, reader, (why) => view.again(list.what, why));
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      throw new RunError(error.kind, `${error.message}. ${NOT_WRITTEN}`, { cause: error });
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

const NOT_WRITTEN =
  "An incomplete list proves nothing, so verify.csv is not written; run the same command again";

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
  const checkpoint = store.checkpoint();
  return {
    what: `the internal users of ${domain}`,
    items: "addresses",
    pageSize: MAX_PAGE_SIZE,
    keyOf: ({ emailAddress }) => emailAddress,
    begin() {
      store.rollbackTo(checkpoint);
      const countCheck = new UserCountCheck();
      return {
        async call(page: PageRequest, call: CallOptions) {
          const exchange = await directory.internalUsers(domain, page, call);
          // Here and not in `onPage`: only the exchange has the API's own count.
          if (exchange.answer.kind === "passed") countCheck.add(exchange.answer.value);
          return exchange;
        },
        onPage(users) {
          progress.listed += users.length;
          progress.seen += store.addListed(
            users.map(({ emailAddress, alias }) => ({ key: addressKey(emailAddress), alias })),
          );
        },
        countMismatch: () => countCheck.mismatch(),
      };
    },
  };
}

/** Returns a domain in the form that addresses are compared in. */
function domainKey(domain: string): string {
  return addressKey(`@${domain}`).slice(1);
}

/**
 * Counts the users of a domain page by page, and compares the result with the API's `userCount`. What that counts is not
 * known: the users of the page or of the whole list, with or without aliases. It is a mismatch if it differs from all
 * four of these counts.
 */
export class UserCountCheck {
  #users = 0;
  #primaries = 0;
  #lastUserCount: number | undefined;
  #isOfPages = true;
  #isOfPagesPrimaries = true;

  add({ items, userCount }: Pick<InternalUserPage, "items" | "userCount">): void {
    const primaries = items.filter(({ alias }) => alias !== true).length;
    this.#users += items.length;
    this.#primaries += primaries;
    if (userCount === undefined) return;
    // The latest value counts for the whole list: it includes users who were added meanwhile.
    this.#lastUserCount = userCount;
    this.#isOfPages &&= userCount === items.length;
    this.#isOfPagesPrimaries &&= userCount === primaries;
  }

  /** Returns a description of the mismatch at the end of the list, or undefined if the counts match. */
  mismatch(): string | undefined {
    const reported = this.#lastUserCount;
    if (reported === undefined || this.#isOfPages || this.#isOfPagesPrimaries) return undefined;
    if (reported === this.#users || reported === this.#primaries) return undefined;
    return `${this.#users} addresses were read, ${this.#primaries} of them not aliases, but userCount is ${reported}`;
  }
}
