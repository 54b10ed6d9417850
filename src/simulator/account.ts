/** An alias that was set, as a recording simulator keeps it. */
export interface ReceivedAlias {
  readonly aliasFor: string;
  readonly alias: string;
  /** Monotonic ms of the simulator's clock, when the request arrived. */
  readonly atMs: number;
  /** The number of the call that carried it; aliases of one call have the same. */
  readonly call: number;
}

/** What the simulated account holds. */
export class Account {
  /** Lower-cased alias to the primary that it belongs to, as last set. */
  readonly aliases = new Map<string, string>();
  /** Every alias set, in order; stays empty unless the simulator records. */
  readonly received: ReceivedAlias[] = [];
  readonly #record: boolean;
  #version = 0;

  constructor(record: boolean) {
    this.#record = record;
  }

  /** Changes with every alias that is set. */
  get version(): number {
    return this.#version;
  }

  /** Sets the alias; one that belongs to another primary moves, as nothing is known to forbid it. */
  setAlias(set: ReceivedAlias): void {
    this.#version += 1;
    this.aliases.set(set.alias.toLowerCase(), set.aliasFor);
    if (this.#record) this.received.push(set);
  }
}
