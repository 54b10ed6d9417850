import { z } from "zod";
import type { Page, PageRequest } from "../domain/response.ts";
import { classify, decodeResponse, invalidResponse } from "./classify.ts";
import { classOf } from "./error-codes.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";
import { booleanValue, countValue, listOf } from "./wire-values.ts";

/** Returns the body of a request for one page. Requests with a token carry `data` too (graded C). */
export function pageBody(data: readonly object[], { pageSize, token }: PageRequest): string {
  const pagination = token === undefined ? { pageSize } : { pageSize, pageToken: token };
  return JSON.stringify({ meta: { pagination }, data });
}

/** A parser for `data` of a page: one list in each entry. */
export type PageData<T> = z.ZodType<readonly (readonly T[])[]>;

/**
 * Returns a parser for `data`, in which `entry` parses the list of one entry. It is compiled: otherwise checking each
 * of a million members takes a seventh of an export's time.
 */
export function pageData<T>(entry: z.ZodType<readonly T[]>): PageData<T> {
  return z.compile(listOf(entry));
}

/**
 * Classifies the response to a request for one page. If `data` is empty or null, the page is empty. If any part of a
 * page can't be parsed, the whole page is invalid: otherwise items could be missing from a list unnoticed.
 */
export function classifyPage<T>(
  http: HttpResponse,
  sanitize: Sanitize,
  data: PageData<T>,
): ParsedResponse<Page<T>> {
  // The request has one item, so every failure concerns it.
  const classification = classify(decodeResponse(http, sanitize), () => true);
  if (classification.kind !== "passed") return forbiddenMeansAccount(classification);
  const list = data.safeParse(classification.data);
  if (!list.success) return unreadable(`'data${pathOf(list.error)}' has an unknown form`);
  const pages = pagination.safeParse(classification.pagination ?? {});
  if (!pages.success) return unreadable(`'meta.pagination${pathOf(pages.error)}' has an unknown form`);
  const [only = [], ...more] = list.data;
  const { next, totalCount } = pages.data;
  const items = more.length === 0 ? only : list.data.flat();
  return { kind: "read", value: { items, next: next || undefined, totalCount: totalCount ?? undefined } };
}

/**
 * Converts a row's code to access denied. The code says "no permission, or the address is not managed"; the request
 * names no address, so it must be the permission.
 */
function forbiddenMeansAccount<V extends Exclude<ParsedResponse<never>, { kind: "read" }>>(
  classification: V,
) {
  const { answer } = classification;
  const isForbidden = answer.kind === "rejected" && classOf(answer.failure.code) === "row";
  return isForbidden
    ? ({ kind: "failure", answer: { ...answer, kind: "access-denied" } } as const)
    : classification;
}

/** Returns the failure for a success whose content differs from what the API documents. */
function unreadable(what: string): Extract<ParsedResponse<never>, { kind: "failure" }> {
  const failure = invalidResponse(`the answer claims success, but its ${what}`);
  return { kind: "failure", answer: { kind: "indeterminate", failure } };
}

/** `next` is present only if there is another page (S). A token of another type must not end the list: it is an error. */
const pagination = z.object({ next: z.string().nullish(), totalCount: countValue.nullish() });

/** Returns the path of the first error, such as `.0.groupMembers.7`. */
function pathOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  return path.map((step) => `.${String(step)}`).join("");
}

/** A text; empty if it is missing or null. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
/** A number; undefined if it is missing, null or of another type, because it only serves for comparison. */
export const count = countValue.optional().catch(undefined);
export const flag = booleanValue.optional().catch(undefined);
