import type { Fault } from "./fault.ts";
import { type Due, ScriptedFault } from "./scripted-fault.ts";

/** Which addresses a call's item names; "" where it names none. */
export interface Named {
  readonly aliasFor: string;
  readonly alias: string;
}

/**
 * Finds the fault that is due for an item. Of the names that fit an address the most specific counts alone:
 * the address itself, then the longest `name-*@domain`, then `*@domain`, then `*`. Faults of the same name
 * are played one after another, each as often as its `times` says; then the address is left in peace. One
 * that is not due now, by its rate or its time, leaves the turn to the next. What the alias gives goes before
 * what `aliasFor` gives.
 */
export class FaultBook {
  readonly #byAlias = new NameIndex();
  readonly #byAliasFor = new NameIndex();

  /** `seed`: for the draws of faults by rate. */
  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      const scripted = new ScriptedFault(fault, seed + index);
      if (fault.alias !== undefined) this.#byAlias.add(fault.alias, scripted);
      if (fault.aliasFor !== undefined) this.#byAliasFor.add(fault.aliasFor, scripted);
    });
  }

  /**
   * Undefined where no fault is due, also where one was and is used up.
   *
   * @param atMs since the simulator's start
   * @param rowCount rows of the call
   */
  due(item: Named, atMs: number, rowCount: number): Due | undefined {
    return (
      this.#byAlias.due(item.alias, atMs, rowCount) ?? this.#byAliasFor.due(item.aliasFor, atMs, rowCount)
    );
  }
}

class NameIndex {
  readonly #exact = new Map<string, Script>();
  readonly #byDomain = new Map<string, Script[]>();
  #any: Script | undefined;

  add(name: string, fault: ScriptedFault): void {
    this.#scriptOf(name.toLowerCase()).faults.push(fault);
  }

  due(address: string, atMs: number, rowCount: number): Due | undefined {
    if (this.#exact.size === 0 && this.#byDomain.size === 0 && this.#any === undefined) return undefined;
    const key = address.toLowerCase();
    return this.#scriptFor(key)?.due(key, atMs, rowCount);
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

/** The faults of one name, in order. */
class Script {
  readonly prefix: string;
  readonly faults: ScriptedFault[] = [];

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  due(address: string, atMs: number, rowCount: number): Due | undefined {
    for (const fault of this.faults) {
      const due = fault.due(address, atMs, rowCount);
      if (due !== undefined) return due;
    }
    return undefined;
  }
}
