import type { Pair } from "./parsed-record.ts";
import type { Exchange, Page, PageExchange, PageRequest, ReadExchange } from "./response.ts";

/** A member of a group. Fields that the API omits are empty. */
export interface Member {
  /** Empty for a member that is a whole domain (graded C). */
  readonly emailAddress: string;
  readonly name: string;
  readonly domain: string;
  /** Undefined if the API omits it. */
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
  /** The API's value: `cloud` or `ldap`. */
  readonly source: string;
  /** Undefined if the API omits it. */
  readonly userCount?: number | undefined;
  readonly folderCount?: number | undefined;
}

/** A search for groups. */
export interface GroupQuery {
  /** A part of the name. How the API compares it is not known. */
  readonly query?: string | undefined;
  /** Required, because without it the API may return groups of one source only. */
  readonly source: "cloud" | "ldap";
}

/** An address of an internal domain (graded R). */
export interface InternalUser {
  readonly emailAddress: string;
  /** The API marks the address as an alias, but does not name its primary. Undefined if the API omits the mark. */
  readonly alias?: boolean | undefined;
}

/** A page of a domain's users. */
export interface InternalUserPage extends Page<InternalUser> {
  /**
   * The API's `userCount` (graded R); undefined if the API omits it. It is not known whether it counts this page or the
   * whole list, and whether it includes aliases.
   */
  readonly userCount: number | undefined;
}

/**
 * Read access to an account. Each method makes one call, or two if the token has expired. Errors of the network and of
 * Mimecast are values in the exchange; a method throws only what `beforeSend` throws.
 */
export interface DirectoryApi {
  /** Needs the permission Directories | Groups | Read; in API 2.0, Services | Directory Sync | Read. */
  groupMembers(groupId: string, page: PageRequest, call: CallOptions): Promise<PageExchange<Member>>;
  /** Needs the permission Directories | Groups | Read. */
  groups(query: GroupQuery, page: PageRequest, call: CallOptions): Promise<PageExchange<Group>>;
  internalUsers(
    domain: string,
    page: PageRequest,
    call: CallOptions,
  ): Promise<ReadExchange<InternalUserPage>>;
  /** Lists the names of the account's internal domains. */
  internalDomains(page: PageRequest, call: CallOptions): Promise<PageExchange<string>>;
  account(call: CallOptions): Promise<ReadExchange<AccountDetails>>;
}

/** The account's own data. */
export interface AccountDetails {
  /** Undefined if the API omits it. */
  readonly name: string | undefined;
}

/** The API that sends alias updates. */
export interface AliasApi {
  /**
   * Makes each pair's `alias` a secondary address of its `aliasFor`, in one call for all pairs, or two if the token has
   * expired. No two pairs may have the same alias or the same primary. Errors of the network and of Mimecast are values
   * in the {@link Exchange}. Throws only what `beforeSend` throws, never `signal`'s reason: an aborted call is
   * `indeterminate`, or `not-executed` if it certainly was not sent.
   */
  updateAliases(pairs: readonly Pair[], call: CallOptions): Promise<Exchange>;
}

/** The hooks and signals of one call. */
export interface CallOptions {
  /**
   * Awaited directly before each request of the call, once there is a token. Waits for the quota and records the rows'
   * claims. If it throws, the request is not sent.
   */
  readonly beforeSend: () => Promise<void>;
  /** Aborts the call, also while it waits for the response. */
  readonly signal: AbortSignal;
  /** Ends the wait for a token, because a draining run does not send the request. Default: `signal`. */
  readonly drainSignal?: AbortSignal;
}
