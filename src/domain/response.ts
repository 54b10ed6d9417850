import type { Failure } from "./failure.ts";
import type { WaitHeader } from "./long-wait.ts";

/** What one call told about one row. */
export type AttemptResult =
  /** Mimecast named the row among the successes. */
  | { readonly kind: "applied" }
  /** Mimecast judged the row and refused it; `failure.retryable` says whether another attempt may help. */
  | { readonly kind: "rejected"; readonly failure: Failure }
  /** An error that is known to pass and not the row's own: tried again, `failed` if that does not help. */
  | { readonly kind: "transient"; readonly failure: Failure }
  /** The effect is unknown: a 5xx, a time-out, a lost connection or an answer that can't be understood. */
  | { readonly kind: "indeterminate"; readonly failure: Failure }
  /** The call was never executed (429, no connection): no attempt, the row stays as it was. */
  | { readonly kind: "not-executed"; readonly failure: Failure }
  /** Credentials, permission or binding were refused: this concerns the account, not the row. */
  | { readonly kind: "access-denied"; readonly failure: Failure }
  | BatchOnlyResult;

/** What only a call of several rows can tell: what became of this row is to be asked for again. */
type BatchOnlyResult =
  /**
   * The answer settles others, and says nothing certain of this row. `mayBeInPlace`: it was passed over in a
   * success; otherwise it is among the failures, which do not say whose they are.
   */
  | { readonly kind: "unattributed"; readonly mayBeInPlace: boolean; readonly failure: Failure }
  /** The call as a whole was refused (400, 413, …): because of one of its rows, or because they are too many. */
  | { readonly kind: "batch-rejected"; readonly failure: Failure };

/** What a call can come to before its content is looked at. */
export type CallFailure = Exclude<AttemptResult, { readonly kind: "applied" } | BatchOnlyResult>;

/** What one answer's headers said about the quota. Each value is as received: it can be absurd. */
export interface RateLimitHeaders {
  /** Calls in a window. */
  readonly limit?: number;
  /** Calls left in the window. */
  readonly remaining?: number;
  /** Milliseconds until the quota is back, counted from when the server read the request. */
  readonly resetMs?: number;
}

/** What is to be told of any call, whatever it was for. */
export interface CallTrace {
  /** HTTP's; absent where nothing was answered. */
  readonly status?: number;
  /** Mimecast's id of the request, for its support; absent where nothing was answered. */
  readonly requestId?: string;
  readonly quota?: RateLimitHeaders;
  /** The server's own clock as the answer was made, ms since the epoch, to the second; absent where it did not say. */
  readonly serverEpochMs?: number;
  /** The least wait that the server asked for (`Retry-After`, or the quota's reset of a 429), in ms. */
  readonly waitMs?: number;
  /** The header in which it did. */
  readonly waitHeader?: WaitHeader;
  /** Monotonic clock, ms, when the (last) request was handed to the network. */
  readonly sentAtMs: number;
  /** Monotonic clock, ms, when the answer or the error was there. */
  readonly arrivedAtMs: number;
}

/** One call that carried rows, and what came of each. */
export interface Exchange extends CallTrace {
  /** In the order of the rows, one for each. */
  readonly results: readonly AttemptResult[];
}

/** One page of a list, as the API gives it. */
export interface Page<T> {
  /** Can be empty although there is a next page, and fewer than were asked for. */
  readonly items: readonly T[];
  /** Leads to the next page; undefined on the last one. */
  readonly next: string | undefined;
  /** How many items the whole list has, where the API says so. It can contradict what the pages hold. */
  readonly totalCount: number | undefined;
}

/** Which page of a list is asked for. */
export interface PageRequest {
  /** 1 to {@link MAX_PAGE_SIZE}. Always sent: without one, lists of members silently stop at 999 (graded C). */
  readonly pageSize: number;
  /** The `next` of the page before; undefined for the first page. */
  readonly token?: string | undefined;
}

/** Graded C: read in several public clients. */
export const MAX_PAGE_SIZE = 500;

/** The keys of a list's items, in flat memory however many there are. */
export interface KeyList {
  add(keys: readonly string[]): void;
  /** Returns a key that was added twice. May sort all of them. */
  repeated(): string | undefined;
  close(): void;
}

/** What one call that only reads came to: what was asked for, or what any call can come to. */
type ReadResponse<T> = { readonly kind: "passed"; readonly value: T } | CallFailure;

/** One call that only reads, and what came of it. */
export interface ReadExchange<T> extends CallTrace {
  readonly answer: ReadResponse<T>;
}

export type PageExchange<T> = ReadExchange<Page<T>>;
