/** An alias that a client has set, as a recording simulator keeps it. */
export interface ReceivedAlias {
  readonly aliasFor: string;
  readonly alias: string;
  /** Arrival of the request, in monotonic ms of the simulator's clock. */
  readonly atMs: number;
  /** Number of the call that set it; the aliases of one batch share it. */
  readonly call: number;
}

/** The aliases of the simulated account. */
export class SimulatedAccount {
  /** Maps each lower-cased alias to its primary, as last set. */
  readonly aliases = new Map<string, string>();
  /** Every alias set, in order; empty unless the simulator records. */
  readonly received: ReceivedAlias[] = [];
  readonly #record: boolean;
  #version = 0;

  constructor(record: boolean) {
    this.#record = record;
  }

  /** A number that changes with every alias that is set. */
  get version(): number {
    return this.#version;
  }

  /** Sets the alias. An alias of another primary moves, because no rule of Mimecast's against it is known. */
  setAlias(set: ReceivedAlias): void {
    this.#version += 1;
    this.aliases.set(set.alias.toLowerCase(), set.aliasFor);
    if (this.#record) this.received.push(set);
  }
}

/**
 * Credentials of the one account that every simulator knows, for both generations of the API. The values are
 * obviously not real, and only a loopback server accepts them.
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
