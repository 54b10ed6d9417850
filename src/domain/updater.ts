import type { Exchange } from "./answer.ts";
import type { Pair } from "./pair.ts";

/** What the import corridor needs of Mimecast. */
export interface AliasUpdater {
  /**
   * Makes each pair's `alias` a secondary address of its `aliasFor`: one call for all of them, two where a token
   * had expired. No two pairs have the same alias or the same primary. Whatever the network and Mimecast do is a
   * value in the {@link Exchange}. Throws only what `beforeSend` throws, and `signal`'s reason is never thrown: an
   * abandoned call is `unanswered`, or `not-executed` where it certainly was not sent.
   */
  updateAliases(pairs: readonly Pair[], call: CallControl): Promise<Exchange>;
}

export interface CallControl {
  /**
   * Awaited directly before each request that carries the rows, after the token is there: the place to wait
   * for the quota and to put the rows' claims on record. What it throws ends the call unsent.
   */
  readonly beforeSend: () => Promise<void>;
  /** Aborts the call itself, also while its answer is awaited. */
  readonly signal: AbortSignal;
  /** Ends the wait for a token, which is nobody's to wait for once nothing is sent any more. Default: `signal`. */
  readonly sending?: AbortSignal;
}
