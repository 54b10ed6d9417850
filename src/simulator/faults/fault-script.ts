import { envelopeReply, type Reply } from "../reply.ts";
import { seededRandom, spanMs } from "../seeded-random.ts";
import { type CallFault, type Fault, groupOf, isItemFault } from "./fault.ts";
import { callFaultReply } from "./fault-reply.ts";

/** The addresses of a call's item; "" for a missing one. */
export interface Named {
  readonly aliasFor: string;
  readonly alias: string;
}

/**
 * Finds the fault that is due for an item. Only the most specific name that matches an address counts: the
 * address itself, then the longest `name-*@domain`, then `*@domain`, then `*`. Faults of the same name follow one
 * another, each for its `times`; after the last one the address has no more faults. If a fault is not due now, by
 * its rate or its time, the next one is tried. Faults by `alias` take precedence over faults by `aliasFor`.
 */
export class FaultScript {
  readonly #byAlias = new AddressIndex();
  readonly #byAliasFor = new AddressIndex();

  /** `seed` determines the draws of faults by rate. */
  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      const scripted = new FaultState(fault, seed + index);
      if (fault.alias !== undefined) this.#byAlias.add(fault.alias, scripted);
      if (fault.aliasFor !== undefined) this.#byAliasFor.add(fault.aliasFor, scripted);
    });
  }

  /**
   * Returns the fault that is due, or undefined if no fault matches or all are exhausted.
   *
   * @param atMs ms since the start of the simulator
   * @param rowCount number of rows in the call
   */
  due(item: Named, atMs: number, rowCount: number): ActiveFault | undefined {
    return (
      this.#byAlias.due(item.alias, atMs, rowCount) ?? this.#byAliasFor.due(item.aliasFor, atMs, rowCount)
    );
  }
}

class AddressIndex {
  readonly #exact = new Map<string, FaultQueue>();
  readonly #byDomain = new Map<string, FaultQueue[]>();
  #any: FaultQueue | undefined;

  add(name: string, fault: FaultState): void {
    this.#scriptOf(name.toLowerCase()).faults.push(fault);
  }

  due(address: string, atMs: number, rowCount: number): ActiveFault | undefined {
    if (this.#exact.size === 0 && this.#byDomain.size === 0 && this.#any === undefined) return undefined;
    const key = address.toLowerCase();
    return this.#scriptFor(key)?.due(key, atMs, rowCount);
  }

  #scriptFor(address: string): FaultQueue | undefined {
    const exact = this.#exact.get(address);
    if (exact !== undefined) return exact;
    const domain = address.slice(address.lastIndexOf("@") + 1);
    return this.#byDomain.get(domain)?.find(({ prefix }) => address.startsWith(prefix)) ?? this.#any;
  }

  #scriptOf(name: string): FaultQueue {
    if (name === "*") {
      this.#any ??= new FaultQueue("");
      return this.#any;
    }
    const at = name.lastIndexOf("@");
    if (name[at - 1] === "*") return this.#wildcardOf(name.slice(0, at - 1), name.slice(at + 1));
    const script = this.#exact.get(name) ?? new FaultQueue(name);
    this.#exact.set(name, script);
    return script;
  }

  #wildcardOf(prefix: string, domain: string): FaultQueue {
    const scripts = this.#byDomain.get(domain) ?? [];
    const known = scripts.find((script) => script.prefix === prefix);
    if (known !== undefined) return known;
    const script = new FaultQueue(prefix);
    this.#byDomain.set(
      domain,
      [...scripts, script].sort((a, b) => b.prefix.length - a.prefix.length),
    );
    return script;
  }
}

/** The faults for one name, in order. */
class FaultQueue {
  readonly prefix: string;
  readonly faults: FaultState[] = [];

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  due(address: string, atMs: number, rowCount: number): ActiveFault | undefined {
    for (const fault of this.faults) {
      const due = fault.due(address, atMs, rowCount);
      if (due !== undefined) return due;
    }
    return undefined;
  }
}

/** A request for a page of a group's members. */
interface AskedPage {
  readonly group: string;
  /** From 1. */
  readonly page: number;
}

/** The faults that hit pages of a group's members. */
export class GroupFaults {
  readonly #faults: { readonly aim: Partial<AskedPage>; readonly scripted: FaultState }[] = [];

  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      const group = groupOf(fault);
      if (group === undefined) return;
      const page = "page" in fault ? fault.page : undefined;
      const aim = page === undefined ? { group } : { group, page };
      this.#faults.push({ aim, scripted: new FaultState(fault, seed + index) });
    });
  }

  /** Returns the answer of the first due fault, or undefined if none is due. `atMs`: ms since the simulator's start. */
  reply({ group, page }: AskedPage, atMs: number, answer: () => Reply): Reply | undefined {
    for (const { aim, scripted } of this.#faults) {
      if (aim.group !== group || (aim.page ?? page) !== page) continue;
      const due = scripted.due(`${page} ${group}`, atMs, 1);
      if (due === undefined) continue;
      due.consume();
      return replyOf(due.fault, answer);
    }
    return undefined;
  }
}

function replyOf(fault: Fault, answer: () => Reply): Reply {
  if (!isItemFault(fault)) return callFaultReply(fault, answer);
  if (fault.kind === "omitted") return answer();
  const { code, message = "Simulated failure", retryable = false } = fault;
  return envelopeReply(200, 200, [{ errors: [{ code, message, retryable }] }], []);
}

/** The faults that hit requests by their path, whatever the endpoint and the body. */
export class PathFaults {
  readonly #faults: { readonly path: string; readonly scripted: FaultState<CallFault> }[] = [];

  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      if (isItemFault(fault) || fault.path === undefined) return;
      this.#faults.push({ path: fault.path, scripted: new FaultState(fault, seed + index) });
    });
  }

  /** Returns the first fault that matches and is due. `atMs`: ms since the simulator's start. */
  due(requestPath: string, atMs: number): ActiveFault<CallFault> | undefined {
    for (const { path, scripted } of this.#faults) {
      if (path !== "*" && path !== requestPath) continue;
      const due = scripted.due(requestPath, atMs, 1);
      if (due !== undefined) return due;
    }
    return undefined;
  }
}

/** A fault that is due. */
export interface ActiveFault<F extends Fault = Fault> {
  readonly fault: F;
  /** Counts one use of the fault for the address or path that it hit. */
  consume(): void;
}

/**
 * A fault with its counts: how often it hit each address (or path), and how many draws each had. Only faults with
 * `times` or `rate` count, so only their memory grows with the number of addresses.
 */
class FaultState<F extends Fault = Fault> {
  readonly #fault: F;
  readonly #seed: number;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #moreThanRows: number;
  readonly #played = new Map<string, number>();
  readonly #draws = new Map<string, number>();

  constructor(fault: F, seed: number) {
    this.#fault = fault;
    this.#seed = seed;
    this.#moreThanRows = isItemFault(fault) ? 0 : (fault.moreThanRows ?? 0);
    this.#fromMs = spanMs(fault.after ?? "0s") ?? 0;
    this.#toMs = this.#fromMs + (spanMs(fault.for ?? "") ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Returns undefined if the fault is exhausted, outside its time window, or not drawn.
   *
   * @param key the address or path that it would hit
   * @param atMs ms since the start of the simulator
   * @param rowCount number of rows in the call
   */
  due(key: string, atMs: number, rowCount: number): ActiveFault<F> | undefined {
    const { times, rate } = this.#fault;
    if (rowCount <= this.#moreThanRows) return undefined;
    if (atMs < this.#fromMs || atMs >= this.#toMs) return undefined;
    const played = times === undefined ? 0 : (this.#played.get(key) ?? 0);
    if (times !== undefined && played >= times) return undefined;
    if (rate !== undefined && this.#draw(key) >= rate) return undefined;
    return {
      fault: this.#fault,
      consume: () => {
        if (times !== undefined) this.#played.set(key, played + 1);
      },
    };
  }

  #draw(key: string): number {
    const count = this.#draws.get(key) ?? 0;
    this.#draws.set(key, count + 1);
    return seededRandom(this.#seed, key, count);
  }
}
