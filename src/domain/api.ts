import type { Exchange, Page, PageExchange, PageRequest, ReadExchange } from "./response.ts";
import type { Pair } from "./row.ts";

/** A member of a group. Fields that the API left out are empty. */
export interface Member {
  /** Empty for a member that is a whole domain (graded C). */
  readonly emailAddress: string;
  readonly name: string;
  readonly domain: string;
  /** Undefined where the API does not say. */
  readonly internal?: boolean | undefined;
  /** `created_manually`, `contact_from_ldap`, …: open-ended. */
  readonly type: string;
  readonly notes: string;
}

/** A group of an account; the API calls it a folder. */
export interface Group {
  /** About 250 characters (graded D). */
  readonly id: string;
  /** The API's `description`. Not unique. */
  readonly name: string;
  readonly parentId: string;
  /** `cloud` or `ldap`, as the API says. */
  readonly source: string;
  /** Undefined where the API does not say. */
  readonly userCount?: number | undefined;
  readonly folderCount?: number | undefined;
}

export interface GroupQuery {
  /** A part of the name; how the API compares is not known. */
  readonly query?: string | undefined;
  /** Asked without one, the API may answer for one of them only. */
  readonly source: "cloud" | "ldap";
}

/** An address of an internal domain (graded R). */
export interface InternalUser {
  readonly emailAddress: string;
  /** The API marks the address as an alias. Whose, it does not say. Undefined where it does not say at all. */
  readonly alias?: boolean | undefined;
}

/** A page of a domain's users. */
export interface InternalUserPage extends Page<InternalUser> {
  /**
   * What the API calls so beside the users (graded R); undefined where it does not say. Whether it counts this page
   * or the whole list, and aliases or not, is not known.
   */
  readonly userCount: number | undefined;
}

/**
 * What an account knows, to be read only. Each method makes one call, two where a token had expired. Whatever the
 * network and Mimecast do is a value in the exchange; only what `beforeSend` throws is thrown.
 */
export interface DirectoryApi {
  /** Needs the permission Directories | Groups | Read, in API 2.0 Services | Directory Sync | Read. */
  groupMembers(groupId: string, page: PageRequest, call: CallOptions): Promise<PageExchange<Member>>;
  /** Needs the permission Directories | Groups | Read. */
  groups(query: GroupQuery, page: PageRequest, call: CallOptions): Promise<PageExchange<Group>>;
  internalUsers(
    domain: string,
    page: PageRequest,
    call: CallOptions,
  ): Promise<ReadExchange<InternalUserPage>>;
  /** The names of the account's internal domains. */
  internalDomains(page: PageRequest, call: CallOptions): Promise<PageExchange<string>>;
  account(call: CallOptions): Promise<ReadExchange<AccountDetails>>;
}

export interface AccountDetails {
  /** Undefined where the API does not say. */
  readonly name: string | undefined;
}

/** What the import corridor needs of Mimecast. */
export interface AliasApi {
  /**
   * Makes each pair's `alias` a secondary address of its `aliasFor`: one call for all of them, two where a token
   * had expired. No two pairs have the same alias or the same primary. Whatever the network and Mimecast do is a
   * value in the {@link Exchange}. Throws only what `beforeSend` throws, and `signal`'s reason is never thrown: an
   * abandoned call is `indeterminate`, or `not-executed` where it certainly was not sent.
   */
  updateAliases(pairs: readonly Pair[], call: CallOptions): Promise<Exchange>;
}

export interface CallOptions {
  /**
   * Awaited directly before each request that carries the rows, after the token is there: the place to wait
   * for the quota and to put the rows' claims on record. What it throws ends the call unsent.
   */
  readonly beforeSend: () => Promise<void>;
  /** Aborts the call itself, also while its answer is awaited. */
  readonly signal: AbortSignal;
  /** Ends the wait for a token, which is nobody's to wait for once nothing is sent any more. Default: `signal`. */
  readonly drainSignal?: AbortSignal;
}
