import type { Failure } from "./failure.ts";
import type { WaitHeader } from "./long-wait.ts";

/** The result of one call for one row. */
export type AttemptResult =
  /** Mimecast lists the row among the successes. */
  | { readonly kind: "applied" }
  /** Mimecast rejected the row. `failure.retryable`: another attempt may succeed. */
  | { readonly kind: "rejected"; readonly failure: Failure }
  /** A known transient error that is not the row's fault: retried, then `failed`. */
  | { readonly kind: "transient"; readonly failure: Failure }
  /** The effect is unknown: a 5xx, a time-out, a lost connection or a response that can't be parsed. */
  | { readonly kind: "indeterminate"; readonly failure: Failure }
  /** The call was never executed (429, no connection). It is not an attempt, and the row stays as it is. */
  | { readonly kind: "not-executed"; readonly failure: Failure }
  /** Mimecast denied access: the credentials, a permission or the binding. This concerns the account, not the row. */
  | { readonly kind: "access-denied"; readonly failure: Failure }
  | BatchOnlyResult;

/** A result that only a batch can have. The row must be sent again. */
type BatchOnlyResult =
  /**
   * The response gives other rows of the batch a result, but not this one. `mayBeInPlace`: the call succeeded and the
   * response omits the row; otherwise the row is among failures that do not name their rows.
   */
  | { readonly kind: "unattributed"; readonly mayBeInPlace: boolean; readonly failure: Failure }
  /** Mimecast rejected the whole call (400, 413, …): because of one of its rows, or because it has too many. */
  | { readonly kind: "batch-rejected"; readonly failure: Failure };

/** A failure of the whole call, which does not depend on its content. */
export type CallFailure = Exclude<AttemptResult, { readonly kind: "applied" } | BatchOnlyResult>;

/** The quota in the headers of one response. Values are as received and can be absurd. */
export interface RateLimitHeaders {
  /** The number of calls allowed in a window. */
  readonly limit?: number;
  /** The number of calls left in the window. */
  readonly remaining?: number;
  /** Milliseconds until the quota is reset, counted from when the server read the request. */
  readonly resetMs?: number;
}

/** The data that is kept of every call, whatever its endpoint. */
export interface CallTrace {
  /** The HTTP status; absent without a response. */
  readonly status?: number;
  /** Mimecast's id of the request, for its support; absent without a response. */
  readonly requestId?: string;
  readonly quota?: RateLimitHeaders;
  /** The server's clock when it made the response, ms since the epoch, to the second; absent if not given. */
  readonly serverEpochMs?: number;
  /** The minimum wait that the server asked for (`Retry-After`, or the quota's reset in a 429), in ms. */
  readonly waitMs?: number;
  /** The header in which the server asked for the wait. */
  readonly waitHeader?: WaitHeader;
  /** Monotonic clock, ms, when the call's last request was handed to the network. */
  readonly sentAtMs: number;
  /** Monotonic clock, ms, when the response or the error arrived. */
  readonly arrivedAtMs: number;
}

/** A call that carried rows, with the result of each row. */
export interface Exchange extends CallTrace {
  /** One result for each row, in the order of the rows. */
  readonly results: readonly AttemptResult[];
}

/** A page of a list, as the API returns it. */
export interface Page<T> {
  /** Can be fewer than requested, and empty although there is a next page. */
  readonly items: readonly T[];
  /** The token of the next page; undefined on the last one. */
  readonly next: string | undefined;
  /** The API's count of the whole list; undefined if omitted. It can contradict the number of items in the pages. */
  readonly totalCount: number | undefined;
}

/** A request for a page of a list. */
export interface PageRequest {
  /** 1 to {@link MAX_PAGE_SIZE}. Always sent: without one, lists of members silently stop at 999 (graded C). */
  readonly pageSize: number;
  /** The `next` of the previous page; undefined for the first page. */
  readonly token?: string | undefined;
}

/** The largest page size that the API accepts. Graded C: several public clients use it. */
export const MAX_PAGE_SIZE = 500;

/** A set of the keys of a list's items. Its memory does not grow with their number. */
export interface KeyList {
  add(keys: readonly string[]): void;
  /** Returns a key that was added twice, if there is one. May sort all keys. */
  repeated(): string | undefined;
  close(): void;
}

/** The result of a call that only reads: the requested value, or a failure of the call. */
type ReadResponse<T> = { readonly kind: "passed"; readonly value: T } | CallFailure;

/** A call that only reads, with its result. */
export interface ReadExchange<T> extends CallTrace {
  readonly answer: ReadResponse<T>;
}

export type PageExchange<T> = ReadExchange<Page<T>>;
