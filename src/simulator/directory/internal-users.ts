import type { SimulatedAccount } from "../account.ts";
import type { DirectoryContent, DomainContent } from "./directory-file.ts";
import type { List } from "./paging.ts";

/** An address of an internal domain. */
interface KnownAddress {
  readonly emailAddress: string;
  readonly alias: boolean;
}

/**
 * The addresses of the account's internal domains: the aliases that were set, the primaries that they belong to, and
 * generated ones. What was set is gone through once for each domain and state of the account, so that paging
 * through a million of them costs no more than one look at each.
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

  /** Those of the directory, then those of the addresses that were set. */
  domains(): List {
    const names = new Set(this.#domains.keys());
    for (const [alias, aliasFor] of this.#account.aliases) names.add(domainOf(alias)).add(domainOf(aliasFor));
    const listed = [...names];
    const items = (start: number, end: number) => listed.slice(start, end).map(domainItem);
    return { name: "domains", count: listed.length, items };
  }

  /** Undefined for a domain that is not internal. */
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

  /** What is told of the domain's users instead of the number on a page. */
  toldCount(domainName: string): number | undefined {
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

/** R: `{id,domain,sendOnly,local,inboundType}`; the values are the simulator's. */
function domainItem(domain: string, index: number): object {
  return { id: `domain-${index + 1}`, domain, sendOnly: false, local: true, inboundType: "known" };
}

/** R: `{name,emailAddress,domain,alias:boolean,addressType,source}`. */
function userItem({ emailAddress, alias }: KnownAddress, domain: string): object {
  return { name: "", emailAddress, domain, alias, addressType: "created_manually", source: "cloud" };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
