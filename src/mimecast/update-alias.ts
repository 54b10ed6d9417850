import { z } from "zod";
import { addressKey } from "../domain/address.ts";
import type { Pair } from "../domain/pair.ts";
import type { HttpAnswer } from "./http.ts";
import { judge, unintelligible, type Verdict } from "./judge.ts";
import type { Said } from "./said.ts";

/** Graded S: POST, needs the permission Directories | Groups | Edit. The same in both API generations. */
export const UPDATE_ALIAS_PATH = "/api/user/update-alias";

/** The request's body (S): both fields are required. */
export function updateAliasBody({ aliasFor, alias }: Pair): string {
  return JSON.stringify({ data: [{ aliasFor, alias }] });
}

/** The fields of an entry of `data` (S) that say which row it is about; the others are not needed. */
const setAlias = z.object({ aliasFor: z.string(), alias: z.string() });
const setAliases = z.array(z.unknown());

/**
 * Judges the answer to a request of one pair. "passed" means that the pair is in place: success, no failure,
 * and the pair named in `data`. A success that does not name it tells nothing, and is unintelligible.
 */
export function judgeUpdateAlias(pair: Pair, http: HttpAnswer, said: Said): Verdict {
  const verdict = judge(http, (key) => isKeyOf(pair, key), said);
  if (verdict.kind !== "passed") return verdict;
  const missing = whatIsMissing(pair, verdict.data);
  if (missing === undefined) return verdict;
  const failure = unintelligible(`the answer claims success, but ${missing}`);
  return { kind: "judged", answer: { kind: "unanswered", failure } };
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
