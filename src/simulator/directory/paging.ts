import { createHash } from "node:crypto";
import { z } from "zod";
import { jsonReply, type Reply, refusedCallReply } from "../reply.ts";
import type { PageQuirks } from "./directory-file.ts";

/** Mimecast's maximum page size (C). */
const MAX_PER_PAGE = 500;
/** Mimecast silently ends a list here if the request has no page size (C). */
const UNPAGED_END = 999;

/** A list with pages. */
export interface List {
  /** Unique name of the list, so that a token of one list is not valid for another. */
  readonly name: string;
  readonly count: number;
  /** Returns the items from `start` to before `end`, created on request. */
  readonly items: (start: number, end: number) => readonly object[];
  readonly quirks?: PageQuirks | undefined;
}

/** The page that a request asks for. */
export interface Pagination {
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
}

/** The part of a request that all lists have in common. */
export interface ListRequest {
  readonly pagination: Pagination;
  /** The first item of `data`; an empty object if `data` is empty. */
  readonly item: Readonly<Record<string, unknown>>;
}

/** A page's number and its start in the list. */
export interface Place {
  /** From 1. */
  readonly page: number;
  readonly start: number;
}

/** Parses a request's body; returns the error to answer if it can't be parsed. */
export function readListRequest(body: string): ListRequest | Reply {
  const request = requestSchema.safeParse(jsonOf(body));
  if (!request.success)
    return refusedCallReply(400, "err_deserialise", "The body is not what this call reads");
  const { meta, data } = request.data;
  return { pagination: meta?.pagination ?? {}, item: data?.[0] ?? {} };
}

/** Returns the requested page; undefined if its token is not one of this list. */
export function placeIn(list: List, { pageToken }: Pagination): Place | undefined {
  return pageToken === undefined ? { page: 1, start: 0 } : placeOf(list, pageToken);
}

/**
 * Answers with the page at the place. `entry` puts its items into an entry of `data`.
 *
 * @param reads number of reads of this list from its beginning, this one included
 */
export function pageReply(
  whole: List,
  place: Place,
  { pageSize }: Pagination,
  reads: number,
  entry: (items: readonly object[]) => readonly object[],
): Reply {
  const isRestless = reads <= (whole.quirks?.restlessReads ?? Number.POSITIVE_INFINITY);
  const list = isRestless ? meanwhile(whole, place) : whole;
  const { quirks = {} } = list;
  const isHollow = quirks.emptyPages?.includes(place.page) === true;
  const isVoid = quirks.noData?.includes(place.page) === true;
  const most = Math.min(pageSize ?? UNPAGED_END, quirks.maxPerPage ?? Number.POSITIVE_INFINITY);
  const size = pageSize === undefined ? most : Math.min(most, MAX_PER_PAGE);
  const end = isHollow || isVoid ? place.start : Math.min(list.count, place.start + size);
  const items = list.items(place.start, end);
  const isEndless = isRestless && quirks.endless === true;
  const following = { page: place.page + 1, start: isEndless && end >= list.count ? 0 : end };
  const goesOn =
    pageSize !== undefined && (isEndless || end < list.count || isOddPage(quirks, following.page));
  const next = quirks.repeatsTokenAt === place.page ? place : following;
  const totalCount = reportedCount(list, reads);
  return jsonReply(200, {
    fail: [],
    meta: {
      status: 200,
      pagination: {
        pageSize: items.length,
        ...(goesOn ? { next: tokenOf(list, next) } : {}),
        ...(totalCount === undefined ? {} : { totalCount }),
      },
    },
    data: isVoid ? [] : entry(items),
  });
}

/** Returns the list as it is when this page is requested, after items have left or joined. */
function meanwhile(list: List, { page, start }: Place): List {
  const { quirks = {} } = list;
  if (quirks.leavesAfter !== undefined && page > quirks.leavesAfter && list.count > 0) {
    return { ...list, count: list.count - 1, items: (from, to) => list.items(from + 1, to + 1) };
  }
  if (quirks.joinsAfter !== undefined && page > quirks.joinsAfter) {
    return { ...list, count: list.count + 1, items: (from, to) => list.items(Math.max(0, from - 1), to - 1) };
  }
  if (quirks.repeatsItemAt !== page || start === 0) return list;
  return {
    ...list,
    items: (from, to) => (from < to ? [...list.items(from - 1, from), ...list.items(from + 1, to)] : []),
  };
}

/** The answer to a wrong page token. No real code for it is known. */
export const WRONG_TOKEN: Reply = refusedCallReply(400, "sim_page_token", "The page token is of no page");

/** Returns true for a page that the file makes empty; such a page also comes after the last item. */
function isOddPage({ emptyPages, noData }: PageQuirks, page: number): boolean {
  return emptyPages?.includes(page) === true || noData?.includes(page) === true;
}

function reportedCount({ count, quirks = {} }: List, reads: number): number | undefined {
  const { totalCount, totalCountReads = Number.POSITIVE_INFINITY } = quirks;
  if (totalCount === undefined || reads > totalCountReads) return count;
  return totalCount === "absent" ? undefined : totalCount;
}

const requestSchema = z.object({
  meta: z
    .object({
      pagination: z
        .object({ pageSize: z.int().positive().optional(), pageToken: z.string().optional() })
        .optional(),
    })
    .optional(),
  data: z.array(z.record(z.string(), z.unknown())).nullish(),
});

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Formats a page token, opaque to clients as Mimecast's are. */
function tokenOf(list: List, { page, start }: Place): string {
  return Buffer.from(JSON.stringify([listHash(list), page, start])).toString("base64url");
}

const tokenSchema = z.tuple([z.string(), z.int(), z.int()]);

function placeOf(list: List, token: string): Place | undefined {
  const parts = tokenSchema.safeParse(jsonOf(Buffer.from(token, "base64url").toString()));
  if (!parts.success) return undefined;
  const [seal, page, start] = parts.data;
  return seal === listHash(list) ? { page, start } : undefined;
}

function listHash({ name }: List): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, 22);
}
