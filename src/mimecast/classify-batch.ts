import { addressKey } from "../domain/address.ts";
import type { Pair } from "../domain/parsed-record.ts";
import type { AttemptResult } from "../domain/response.ts";
import { classify, classifyItem, type DecodedResponse, invalidResponse, isSuccess } from "./classify.ts";
import type { ApiError } from "./envelope.ts";
import type { ParsedResponse } from "./request.ts";

/**
 * Classifies the response to a request of several pairs, no two of which share an alias or a primary. The `key` of a
 * `fail` entry names the pair that failed, an entry of `data` the pair that is applied. A response that names no pair
 * is classified as a whole, as it would be for one pair.
 */
export function classifyBatch(
  pairs: readonly Pair[],
  response: DecodedResponse,
): ParsedResponse<readonly AttemptResult[]> {
  const parts = attribute(pairs, response);
  const done = isSuccess(response.status);
  const isAnyAttributed = parts.errors.size > 0 || (done && parts.named.size > 0);
  const classification = classify(response, () => true);
  switch (classification.kind) {
    case "token-expired":
      return classification;
    case "failure": {
      const { kind } = classification.answer;
      if (kind === "not-executed" || kind === "indeterminate") return classification;
      // An account error or a transient one may concern one pair of a call that applied the others. A gateway that
      // rejects several pairs as too large may accept fewer.
      const isPerPair =
        kind === "rejected" || (done && isAnyAttributed) || response.http.status === TOO_LARGE;
      if (!isPerPair) return classification;
      break;
    }
    case "passed":
      break;
  }
  const openCount = pairs.filter((_, index) => !parts.errors.has(index) && !parts.named.has(index)).length;
  const rest = done
    ? unattributed(parts.unattributedCount, openCount)
    : ({ kind: "batch-rejected", failure: failureOf(classification) } as const);
  return {
    kind: "read",
    value: pairs.map((_, index): AttemptResult => {
      const errors = parts.errors.get(index);
      if (errors !== undefined) return classifyItem(errors, response);
      return done && parts.named.has(index) ? { kind: "applied" } : rest;
    }),
  };
}

const TOO_LARGE = 413;

/** The pairs that a response names, by their index. */
interface Attribution {
  /** The errors of each pair that failed. */
  readonly errors: ReadonlyMap<number, readonly ApiError[]>;
  /** The pairs that `data` names. */
  readonly named: ReadonlySet<number>;
  /** `fail` entries that name no pair. */
  readonly unattributedCount: number;
}

function attribute(pairs: readonly Pair[], response: DecodedResponse): Attribution {
  const indexOf = pairFinder(pairs);
  const errors = new Map<number, ApiError[]>();
  let unattributedCount = 0;
  for (const item of response.fail) {
    const index = item.key === undefined ? undefined : indexOf(item.key["aliasFor"], item.key["alias"]);
    if (index === undefined) {
      unattributedCount += 1;
      continue;
    }
    // Append, do not copy: a response may name one pair ten thousand times.
    const known = errors.get(index);
    if (known === undefined) errors.set(index, [...item.errors]);
    else for (const error of item.errors) known.push(error);
  }
  const named = new Set<number>();
  const data = response.envelope.kind === "read" ? response.envelope.data : undefined;
  for (const entry of Array.isArray(data) ? data : []) {
    const { aliasFor, alias } = fieldsOf(entry);
    // Both fields are needed, as in a call of one pair: an entry that lacks one does not name the pair.
    const index =
      typeof aliasFor === "string" && typeof alias === "string" ? indexOf(aliasFor, alias) : undefined;
    if (index !== undefined) named.add(index);
  }
  return { errors, named, unattributedCount };
}

/**
 * Returns a function that finds a pair by the fields of an entry, ignoring case: both must belong to the same pair, or
 * one may be missing. Other fields are ignored.
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

/**
 * Returns the result of each pair that the response does not name. If there are at least as many unattributed failures
 * as such pairs, all of them failed. Otherwise any of them may be in place.
 */
function unattributed(unattributedCount: number, openCount: number): AttemptResult {
  const areFailures = unattributedCount >= openCount;
  const failure = invalidResponse(
    areFailures
      ? "the answer reports a failure without naming its row"
      : "the answer claims success, but names the row neither in 'data' nor in 'fail'",
  );
  return { kind: "unattributed", mayBeInPlace: !areFailures, failure };
}

function failureOf(classification: ReturnType<typeof classify>) {
  return classification.kind === "failure"
    ? classification.answer.failure
    : invalidResponse("the whole call was rejected");
}
