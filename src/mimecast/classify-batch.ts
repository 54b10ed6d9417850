import { addressKey } from "../domain/address.ts";
import type { AttemptResult } from "../domain/response.ts";
import type { Pair } from "../domain/row.ts";
import { classify, classifyItem, type DecodedResponse, invalidResponse, isSuccess } from "./classify.ts";
import type { ApiError } from "./envelope.ts";
import type { ParsedResponse } from "./request.ts";

/**
 * Judges the answer to a request of several pairs, none of which shares its alias or its primary with another. A
 * pair's part is told by the `key` of a `fail` entry, else by an entry of `data`. An answer that says nothing of
 * single pairs is judged as a whole, as it would be for one.
 */
export function classifyBatch(
  pairs: readonly Pair[],
  reply: DecodedResponse,
): ParsedResponse<readonly AttemptResult[]> {
  const parts = attribute(pairs, reply);
  const done = isSuccess(reply.status);
  const isAnySettled = parts.errors.size > 0 || (done && parts.named.size > 0);
  const verdict = classify(reply, () => true);
  switch (verdict.kind) {
    case "token-expired":
      return verdict;
    case "judged": {
      const { kind } = verdict.answer;
      if (kind === "not-executed" || kind === "indeterminate") return verdict;
      // The account's or a passing error may be one pair's part of a call that did the others'. A front that says
      // "too large" of several pairs may take fewer.
      const isSettling = kind === "rejected" || (done && isAnySettled) || reply.http.status === TOO_LARGE;
      if (!isSettling) return verdict;
      break;
    }
    case "passed":
      break;
  }
  const unsettledCount = pairs.filter(
    (_, index) => !parts.errors.has(index) && !parts.named.has(index),
  ).length;
  const rest = done
    ? unsettled(parts.unattributedCount, unsettledCount)
    : ({ kind: "batch-rejected", failure: failureOf(verdict) } as const);
  return {
    kind: "read",
    value: pairs.map((_, index): AttemptResult => {
      const errors = parts.errors.get(index);
      if (errors !== undefined) return classifyItem(errors, reply);
      return done && parts.named.has(index) ? { kind: "applied" } : rest;
    }),
  };
}

const TOO_LARGE = 413;

/** Which pairs an answer speaks of, by their index. */
interface Attribution {
  /** The errors of those that failed. */
  readonly errors: ReadonlyMap<number, readonly ApiError[]>;
  /** Those that `data` names. */
  readonly named: ReadonlySet<number>;
  /** Failures that do not say whose they are. */
  readonly unattributedCount: number;
}

function attribute(pairs: readonly Pair[], reply: DecodedResponse): Attribution {
  const indexOf = pairFinder(pairs);
  const errors = new Map<number, ApiError[]>();
  let unattributedCount = 0;
  for (const item of reply.fail) {
    const index = item.key === undefined ? undefined : indexOf(item.key["aliasFor"], item.key["alias"]);
    if (index === undefined) {
      unattributedCount += 1;
      continue;
    }
    // Added to and not copied: an answer may name one pair ten thousand times.
    const known = errors.get(index);
    if (known === undefined) errors.set(index, [...item.errors]);
    else for (const error of item.errors) known.push(error);
  }
  const named = new Set<number>();
  const data = reply.envelope.kind === "read" ? reply.envelope.data : undefined;
  for (const entry of Array.isArray(data) ? data : []) {
    const { aliasFor, alias } = fieldsOf(entry);
    // Both, as with a call of one pair: a success that lacks one does not name the pair.
    const index =
      typeof aliasFor === "string" && typeof alias === "string" ? indexOf(aliasFor, alias) : undefined;
    if (index !== undefined) named.add(index);
  }
  return { errors, named, unattributedCount };
}

/**
 * Finds a pair by the fields that an entry carries, in whatever spelling: both must be the same pair's, or one be
 * missing. Other fields say nothing.
 */
function pairFinder(pairs: readonly Pair[]): (aliasFor: unknown, alias: unknown) => number | undefined {
  const byAlias = new Map(pairs.map(({ alias }, index) => [addressKey(alias), index]));
  const byPrimary = new Map(pairs.map(({ aliasFor }, index) => [addressKey(aliasFor), index]));
  return (aliasFor, alias) => {
    const hasPrimary = typeof aliasFor === "string";
    const hasAlias = typeof alias === "string";
    const ofPrimary = hasPrimary ? byPrimary.get(addressKey(aliasFor)) : undefined;
    const ofAlias = hasAlias ? byAlias.get(addressKey(alias)) : undefined;
    if (!hasPrimary) return ofAlias;
    if (!hasAlias) return ofPrimary;
    return ofPrimary === ofAlias ? ofPrimary : undefined;
  };
}

function fieldsOf(entry: unknown): { readonly aliasFor?: unknown; readonly alias?: unknown } {
  return typeof entry === "object" && entry !== null ? entry : {};
}

/** As many failures as there are pairs left: they are these pairs', though which is which is not said. */
function unsettled(unattributedCount: number, unsettledCount: number): AttemptResult {
  const areFailures = unattributedCount >= unsettledCount;
  const failure = invalidResponse(
    areFailures
      ? "the answer reports a failure without saying whose it is"
      : "the answer claims success, but names the row neither in 'data' nor in 'fail'",
  );
  return { kind: "unattributed", mayBeInPlace: !areFailures, failure };
}

function failureOf(verdict: ReturnType<typeof classify>) {
  return verdict.kind === "judged"
    ? verdict.answer.failure
    : invalidResponse("the call was refused as a whole");
}
