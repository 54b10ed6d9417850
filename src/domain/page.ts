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
