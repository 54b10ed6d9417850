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
export class SimulatedAccount {
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

/**
 * The one account that every simulator knows, for both generations of the API. The values are plainly no
 * real ones, and a loopback server is the only place that accepts them.
 */
export const SIMULATOR_SETTINGS = {
  clientId: "simulated-client-id",
  clientSecret: "simulated-client-secret",
  appId: "simulated-app-id",
  appKey: "simulated-app-key",
  accessKey: "simulated-access-key",
  /** Base64, as Mimecast's secret keys are: "a simulated secret key". */
  secretKey: "YSBzaW11bGF0ZWQgc2VjcmV0IGtleQ==",
} as const;
