import type { Fault } from "./fault.ts";

/** Which addresses a call's item names; "" where it names none. */
export interface Named {
  readonly aliasFor: string;
  readonly alias: string;
}

/** A fault that is due for an item. */
export interface Due {
  readonly fault: Fault;
  /** Counts one time of the fault for this item's address. */
  play(): void;
}

/**
 * Finds the fault that is due for an item. Of the names that fit an address the most specific counts alone:
 * the address itself, then the longest `name-*@domain`, then `*@domain`, then `*`. Faults of the same name
 * are played one after another, each as often as its `times` says; then the address is left in peace. What
 * the alias gives goes before what `aliasFor` gives. Memory grows with the addresses that were hit.
 */
export class FaultBook {
  readonly #byAlias = new NameIndex();
  readonly #byAliasFor = new NameIndex();

  constructor(faults: readonly Fault[]) {
    for (const fault of faults) {
      if (fault.alias !== undefined) this.#byAlias.add(fault.alias, fault);
      if (fault.aliasFor !== undefined) this.#byAliasFor.add(fault.aliasFor, fault);
    }
  }

  /** Undefined where no fault is due, also where one was and is used up. */
  due(item: Named): Due | undefined {
    return this.#byAlias.due(item.alias) ?? this.#byAliasFor.due(item.aliasFor);
  }
}

class NameIndex {
  readonly #exact = new Map<string, Script>();
  readonly #byDomain = new Map<string, Script[]>();
  #any: Script | undefined;

  add(name: string, fault: Fault): void {
    this.#scriptOf(name.toLowerCase()).faults.push(fault);
  }

  due(address: string): Due | undefined {
    if (this.#exact.size === 0 && this.#byDomain.size === 0 && this.#any === undefined) return undefined;
    const key = address.toLowerCase();
    return this.#scriptFor(key)?.due(key);
  }

  #scriptFor(address: string): Script | undefined {
    const exact = this.#exact.get(address);
    if (exact !== undefined) return exact;
    const domain = address.slice(address.lastIndexOf("@") + 1);
    return this.#byDomain.get(domain)?.find(({ prefix }) => address.startsWith(prefix)) ?? this.#any;
  }

  #scriptOf(name: string): Script {
    if (name === "*") {
      this.#any ??= new Script("");
      return this.#any;
    }
    const at = name.lastIndexOf("@");
    if (name[at - 1] === "*") return this.#wildcardOf(name.slice(0, at - 1), name.slice(at + 1));
    const script = this.#exact.get(name) ?? new Script(name);
    this.#exact.set(name, script);
    return script;
  }

  #wildcardOf(prefix: string, domain: string): Script {
    const scripts = this.#byDomain.get(domain) ?? [];
    const known = scripts.find((script) => script.prefix === prefix);
    if (known !== undefined) return known;
    const script = new Script(prefix);
    this.#byDomain.set(
      domain,
      [...scripts, script].sort((a, b) => b.prefix.length - a.prefix.length),
    );
    return script;
  }
}

/** The faults of one name, in order, and how many times each address has had one. */
class Script {
  readonly prefix: string;
  readonly faults: Fault[] = [];
  readonly #playedByAddress = new Map<string, number>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  due(address: string): Due | undefined {
    const played = this.#playedByAddress.get(address) ?? 0;
    let end = 0;
    for (const fault of this.faults) {
      end += fault.times ?? Number.POSITIVE_INFINITY;
      if (played < end) return { fault, play: () => this.#playedByAddress.set(address, played + 1) };
    }
    return undefined;
  }
}
