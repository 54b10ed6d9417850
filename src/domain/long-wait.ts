/** The header in which a server asks for a wait. */
export type WaitHeader = "Retry-After" | "X-RateLimit-Reset";

/** A wait of more than 30 s, which people must be able to tell from a run that hangs. */
export interface LongWait {
  readonly waitMs: number;
  /** By the wall clock. */
  readonly endEpochMs: number;
  /** The header in which the server asked for it, or the account's quota, which is used up. */
  readonly source: WaitHeader | "quota";
}

export interface WaitHooks {
  waiting(wait: LongWait): void;
}
