import { z } from "zod";
import { addressKey } from "../domain/address.ts";
import type { AttemptResult } from "../domain/response.ts";
import type { Pair } from "../domain/row.ts";
import { classify, decodeResponse, invalidResponse } from "./classify.ts";
import { classifyBatch } from "./classify-batch.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";

/** Graded S: POST, needs the permission Directories | Groups | Edit. The same in both API generations. */
export const UPDATE_ALIAS_PATH = "/api/user/update-alias";

/** The request's body (S): both fields are required. Several items do what as many calls would (D). */
export function updateAliasBody(pairs: readonly Pair[]): string {
  return JSON.stringify({ data: pairs.map(({ aliasFor, alias }) => ({ aliasFor, alias })) });
}

/**
 * Judges the answer to a request of one or several pairs: an {@link AttemptResult} for each, in their order. A pair is
 * applied if the answer claims success, reports no failure of it, and names it in `data`. A success that does not
 * name it tells nothing.
 */
export function classifyUpdateAlias(
  pairs: readonly Pair[],
  http: HttpResponse,
  said: Sanitize,
): ParsedResponse<readonly AttemptResult[]> {
  const reply = decodeResponse(http, said);
  const [only] = pairs;
  if (only === undefined || pairs.length > 1) return classifyBatch(pairs, reply);
  const verdict = classify(reply, (key) => isKeyOf(only, key));
  if (verdict.kind !== "passed") return verdict;
  const missing = whatIsMissing(only, verdict.data);
  if (missing === undefined) return { kind: "read", value: [{ kind: "applied" }] };
  const failure = invalidResponse(`the answer claims success, but ${missing}`);
  return { kind: "judged", answer: { kind: "indeterminate", failure } };
}

/** By the identifying fields that the key carries; it can hold others, and lack one. */
function isKeyOf(pair: Pair, key: Readonly<Record<string, unknown>>): boolean {
  return isSame(pair.alias, key["alias"]) && isSame(pair.aliasFor, key["aliasFor"]);
}

function isSame(address: string, carried: unknown): boolean {
  return typeof carried !== "string" || addressKey(carried) === addressKey(address);
}

function whatIsMissing(pair: Pair, data: unknown): string | undefined {
  const entries = setAliases.safeParse(data);
  if (!entries.success) return "it has no list 'data' that names the pair";
  if (entries.data.length === 0) return "its 'data' is empty";
  const names = entries.data.some((entry) => {
    const { success, data } = setAlias.safeParse(entry);
    return success && isSame(pair.alias, data.alias) && isSame(pair.aliasFor, data.aliasFor);
  });
  return names ? undefined : "its 'data' names another pair or lacks alias or aliasFor";
}

/** The fields of an entry of `data` (S) that say which row it is about; the others are not needed. */
const setAlias = z.object({ aliasFor: z.string(), alias: z.string() });
const setAliases = z.array(z.unknown());
