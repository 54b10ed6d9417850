/** A header in which a server asks for a wait. */
export type WaitHeader = "Retry-After" | "X-RateLimit-Reset";

/** A wait of more than 30 s. It is reported, because otherwise the run would seem to hang. */
export interface LongWait {
  readonly waitMs: number;
  /** By the wall clock. */
  readonly endEpochMs: number;
  /** The header in which the server asked for it, or `quota` if the account's quota is used up. */
  readonly source: WaitHeader | "quota";
}

/** The callbacks for long waits. */
export interface WaitHooks {
  /** Reports the beginning of a long wait. */
  waiting(wait: LongWait): void;
}
