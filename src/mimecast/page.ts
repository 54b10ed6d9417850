import { z } from "zod";
import type { Page, PageRequest } from "../domain/response.ts";
import { classify, decodeResponse, invalidResponse } from "./classify.ts";
import { classOf } from "./error-codes.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";
import { booleanValue, countValue, listOf } from "./wire-values.ts";

/** The body of a request for one page. `data` goes along with the token too (graded C). */
export function pageBody(data: readonly object[], { pageSize, token }: PageRequest): string {
  const pagination = token === undefined ? { pageSize } : { pageSize, pageToken: token };
  return JSON.stringify({ meta: { pagination }, data });
}

/** What `data` of a page holds: one list in each entry. */
export type PageData<T> = z.ZodType<readonly (readonly T[])[]>;

/**
 * Reads the list out of each entry of `data`; `entry` reads it out of one. Compiled, since checking each of a
 * million members is else a seventh of an export's work.
 */
export function pageData<T>(entry: z.ZodType<readonly T[]>): PageData<T> {
  return z.compile(listOf(entry));
}

/**
 * Judges the answer to a request for one page. `data` can also be empty or null: then the page is empty. A page with something in
 * it that can't be read is unintelligible as a whole, as nothing must be missing from a list unnoticed.
 */
export function classifyPage<T>(
  http: HttpResponse,
  said: Sanitize,
  data: PageData<T>,
): ParsedResponse<Page<T>> {
  // Only one thing was asked, so every failure is about it.
  const judgement = classify(decodeResponse(http, said), () => true);
  if (judgement.kind !== "passed") return forbiddenMeansAccount(judgement);
  const list = data.safeParse(judgement.data);
  if (!list.success) return unreadable(`'data${pathOf(list.error)}' has an unknown form`);
  const pages = pagination.safeParse(judgement.pagination ?? {});
  if (!pages.success) return unreadable(`'meta.pagination${pathOf(pages.error)}' has an unknown form`);
  const [only = [], ...more] = list.data;
  const { next, totalCount } = pages.data;
  const items = more.length === 0 ? only : list.data.flat();
  return { kind: "read", value: { items, next: next || undefined, totalCount: totalCount ?? undefined } };
}

/**
 * A code that says "no permission, or the address is not managed" can only mean the permission where no address
 * was asked about.
 */
function forbiddenMeansAccount<V extends Exclude<ParsedResponse<never>, { kind: "read" }>>(verdict: V) {
  const { answer } = verdict;
  const isForbidden = answer.kind === "rejected" && classOf(answer.failure.code) === "row";
  return isForbidden ? ({ kind: "judged", answer: { ...answer, kind: "access-denied" } } as const) : verdict;
}

/** An answer that reports success and holds something else than the API documents. */
function unreadable(what: string): Extract<ParsedResponse<never>, { kind: "judged" }> {
  const failure = invalidResponse(`the answer claims success, but its ${what}`);
  return { kind: "judged", answer: { kind: "indeterminate", failure } };
}

/** `next` is there only when there is more (S). A token of another kind must not end the list: it is refused. */
const pagination = z.object({ next: z.string().nullish(), totalCount: countValue.nullish() });

/** `.0.groupMembers.7`, for people. */
function pathOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  return path.map((step) => `.${String(step)}`).join("");
}

/** A text that may be missing or null: empty then. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
/** A number that may be missing, null or of another kind: it is only compared. */
export const count = countValue.optional().catch(undefined);
export const flag = booleanValue.optional().catch(undefined);
