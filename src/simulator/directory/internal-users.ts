import type { SimulatedAccount } from "../account.ts";
import type { DirectoryContent, DomainContent } from "./directory-file.ts";
import type { List } from "./paging.ts";

/** An address of an internal domain. */
interface KnownAddress {
  readonly emailAddress: string;
  readonly alias: boolean;
}

/**
 * The addresses of the account's internal domains: aliases that clients set, their primaries, and generated ones.
 * The addresses of a domain are collected once for each version of the account, so that reading N addresses page
 * by page stays linear.
 */
export class InternalUsers {
  readonly #account: SimulatedAccount;
  readonly #domains: ReadonlyMap<string, DomainContent>;
  #seen: { readonly domain: string; readonly version: number; readonly set: readonly KnownAddress[] };

  constructor(account: SimulatedAccount, content: DirectoryContent) {
    this.#account = account;
    this.#domains = new Map((content.domains ?? []).map((one) => [one.domain.toLowerCase(), one]));
    this.#seen = { domain: "", version: -1, set: [] };
  }

  /** Lists the domains of the directory file, then those of the aliases that were set and their primaries. */
  domains(): List {
    const names = new Set(this.#domains.keys());
    for (const [alias, aliasFor] of this.#account.aliases) names.add(domainOf(alias)).add(domainOf(aliasFor));
    const listed = [...names];
    const items = (start: number, end: number) => listed.slice(start, end).map(domainItem);
    return { name: "domains", count: listed.length, items };
  }

  /** Lists the addresses of a domain; returns undefined if it is not internal. */
  users(domainName: string): List | undefined {
    const domain = domainName.toLowerCase();
    const scripted = this.#domains.get(domain);
    const set = this.#setIn(domain);
    if (scripted === undefined && set.length === 0) return undefined;
    const { users = 0, aliases = 0, quirks } = scripted ?? {};
    const at = (index: number): KnownAddress => {
      const known = set[index];
      if (known !== undefined) return known;
      const number = index - set.length;
      return number < users
        ? { emailAddress: `user${number + 1}@${domain}`, alias: false }
        : { emailAddress: `alias${number - users + 1}@${domain}`, alias: true };
    };
    const items = (start: number, end: number) =>
      Array.from({ length: Math.max(0, end - start) }, (_, index) => userItem(at(start + index), domain));
    return { name: `users ${domain}`, count: set.length + users + aliases, items, quirks };
  }

  /** Returns the number of users that the domain reports instead of the number on the page, if it has one. */
  reportedCount(domainName: string): number | undefined {
    return this.#domains.get(domainName.toLowerCase())?.userCount;
  }

  #setIn(domain: string): readonly KnownAddress[] {
    const { aliases, version } = this.#account;
    if (this.#seen.domain === domain && this.#seen.version === version) return this.#seen.set;
    const set: KnownAddress[] = [];
    const primaries = new Set<string>();
    const isHere = (address: string) => address.endsWith(`@${domain}`);
    for (const [alias, aliasFor] of aliases) {
      if (isHere(alias)) set.push({ emailAddress: alias, alias: true });
      const primary = aliasFor.toLowerCase();
      if (isHere(primary) && !aliases.has(primary)) primaries.add(primary);
    }
    for (const emailAddress of primaries) set.push({ emailAddress, alias: false });
    this.#seen = { domain, version, set };
    return set;
  }
}

/** Returns an internal domain. R: `{id,domain,sendOnly,local,inboundType}`; the values are the simulator's. */
function domainItem(domain: string, index: number): object {
  return { id: `domain-${index + 1}`, domain, sendOnly: false, local: true, inboundType: "known" };
}

/** Returns an internal user. R: `{name,emailAddress,domain,alias:boolean,addressType,source}`. */
function userItem({ emailAddress, alias }: KnownAddress, domain: string): object {
  return { name: "", emailAddress, domain, alias, addressType: "created_manually", source: "cloud" };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
