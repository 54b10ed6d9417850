import { z } from "zod";
import { addressKey } from "../domain/address.ts";
import type { Pair } from "../domain/parsed-record.ts";
import type { AttemptResult } from "../domain/response.ts";
import { classify, decodeResponse, invalidResponse } from "./classify.ts";
import { classifyBatch } from "./classify-batch.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";

/** Sets aliases (graded S): POST, needs the permission Directories | Groups | Edit. The same in both API generations. */
export const UPDATE_ALIAS_PATH = "/api/user/update-alias";

/** Returns the request's body (S): both fields are required. N items have the effect of N calls (D). */
export function updateAliasBody(pairs: readonly Pair[]): string {
  return JSON.stringify({ data: pairs.map(({ aliasFor, alias }) => ({ aliasFor, alias })) });
}

/**
 * Classifies the response to a request of one or several pairs: an {@link AttemptResult} for each, in their order. A
 * pair is applied if the response is a success, reports no failure of the pair, and names it in `data`. A success that
 * does not name the pair leaves its result unknown.
 */
export function classifyUpdateAlias(
  pairs: readonly Pair[],
  http: HttpResponse,
  sanitize: Sanitize,
): ParsedResponse<readonly AttemptResult[]> {
  const response = decodeResponse(http, sanitize);
  const [only] = pairs;
  if (only === undefined || pairs.length > 1) return classifyBatch(pairs, response);
  const classification = classify(response, (key) => isKeyOf(only, key));
  if (classification.kind !== "passed") return classification;
  const missing = missingPart(only, classification.data);
  if (missing === undefined) return { kind: "read", value: [{ kind: "applied" }] };
  const failure = invalidResponse(`the answer claims success, but ${missing}`);
  return { kind: "failure", answer: { kind: "indeterminate", failure } };
}

/** Compares the key's identifying fields with the pair. The key can have other fields, and lack one of these. */
function isKeyOf(pair: Pair, key: Readonly<Record<string, unknown>>): boolean {
  return isSame(pair.alias, key["alias"]) && isSame(pair.aliasFor, key["aliasFor"]);
}

function isSame(address: string, carried: unknown): boolean {
  return typeof carried !== "string" || addressKey(carried) === addressKey(address);
}

function missingPart(pair: Pair, data: unknown): string | undefined {
  const entries = setAliases.safeParse(data);
  if (!entries.success) return "it has no list 'data' that names the pair";
  if (entries.data.length === 0) return "its 'data' is empty";
  const names = entries.data.some((entry) => {
    const { success, data } = setAlias.safeParse(entry);
    return success && isSame(pair.alias, data.alias) && isSame(pair.aliasFor, data.aliasFor);
  });
  return names ? undefined : "its 'data' names another pair or lacks alias or aliasFor";
}

/** The fields of a `data` entry (S) that identify the row; the others are not needed. */
const setAlias = z.object({ aliasFor: z.string(), alias: z.string() });
const setAliases = z.array(z.unknown());
