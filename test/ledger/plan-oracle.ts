import fc from "fast-check";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";
import { DAY, invalid, type Past, row, skipped } from "./parts.ts";

/** What is known of an alias, in plain words and in memory. */
interface Known {
  inPlaceFor?: string;
  inPlaceAt: number;
  unansweredFor?: string;
  lastTriedFor: string;
  lastEnded: Past["ended"];
}

export type Oracle = ReadonlyMap<string, Known>;

/** Follows the histories by the rules of merging, one answer after the other. */
export function oracleOf(runs: readonly (readonly Past[])[]): Oracle {
  const known = new Map<string, Known>();
  for (const { pair, ended, atEpochMs } of runs.flat()) {
    const [alias = "", primary = ""] = pair.split(">").map((name) => `${name}@x.example`);
    const before = known.get(alias);
    const after: Known = {
      inPlaceAt: 0,
      ...before,
      lastTriedFor: primary,
      lastEnded: ended,
    };
    if (ended === "applied") {
      after.inPlaceFor = primary;
      after.inPlaceAt = atEpochMs ?? DAY;
      delete after.unansweredFor;
    } else if (ended === "failed") {
      if (after.unansweredFor === primary) delete after.unansweredFor;
    } else {
      after.unansweredFor = primary;
    }
    known.set(alias, after);
  }
  return known;
}

interface Sendable {
  readonly line: number;
  readonly primary: string;
  readonly rank: number;
}

/** The plan as the manual tells it: for each row the first rule that applies, then the order of sending. */
export function oraclePlan(
  staged: readonly StagedRow[],
  known: Oracle,
  rules: PlanRules,
): { readonly told: string[]; readonly order: number[] } {
  const sendable: Sendable[] = [];
  const told = staged.map((it, index) => {
    const verdict = verdictOf(it, staged.slice(0, index), staged, known, rules);
    if (verdict === "send") {
      sendable.push({ line: it.line, primary: it.primaryKey ?? "", rank: rankOf(it, known) });
    }
    return `${it.line} ${verdict}`;
  });
  return { told, order: ordered(sendable) };
}

function verdictOf(
  it: StagedRow,
  before: readonly StagedRow[],
  all: readonly StagedRow[],
  known: Oracle,
  rules: PlanRules,
): string {
  if (it.refused !== undefined) return `${it.refused.outcome} ${it.refused.code}`;
  const sameAlias = (other: StagedRow) => other.aliasKey === it.aliasKey;
  if (all.some((other) => sameAlias(other) && other.primaryKey !== it.primaryKey))
    return "conflict two_primaries";
  if (before.some(sameAlias)) return "duplicate same_pair";
  const fact = known.get(it.aliasKey ?? "");
  if (isInPlace(it, fact) && (fact?.inPlaceAt ?? 0) >= (rules.resendBeforeEpochMs ?? 0))
    return "unchanged in_place";
  if (!rules.allowChain && all.some((other) => other.primaryKey === it.aliasKey)) return "conflict chain";
  const holders = [fact?.inPlaceFor, fact?.unansweredFor].filter((holder) => holder !== undefined);
  if (!rules.allowMove && holders.some((holder) => holder !== it.primaryKey)) return "conflict move";
  return "send";
}

function isInPlace(it: StagedRow, fact: Known | undefined): boolean {
  if (fact === undefined || fact.inPlaceFor !== it.primaryKey || fact.unansweredFor !== undefined)
    return false;
  return fact.lastTriedFor !== it.primaryKey || fact.lastEnded === "applied";
}

function rankOf(it: StagedRow, known: Oracle): number {
  const fact = known.get(it.aliasKey ?? "");
  if (fact?.unansweredFor === it.primaryKey) return 1;
  if (fact?.lastTriedFor === it.primaryKey && fact.lastEnded === "failed") return 2;
  return fact?.inPlaceFor === it.primaryKey ? 3 : 0;
}

/** Sixteen rows of a primary, then the others get their turn. */
function ordered(sendable: readonly Sendable[]): number[] {
  const seen = new Map<string, number>();
  const withTurn = sendable.map((it) => {
    const count = seen.get(it.primary) ?? 0;
    seen.set(it.primary, count + 1);
    return { ...it, turn: Math.floor(count / 16) };
  });
  // sort() is stable: rows of one rank and turn stay in the order of the input.
  return withTurn.sort((a, b) => a.rank - b.rank || a.turn - b.turn).map(({ line }) => line);
}

// A small world, so that rows meet: some names are aliases and primaries both.
const primaryName = fc.constantFrom("ann", "bob", "cyd");
const aliasName = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("ann", "bob", "cyd") },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 14 }).map((number) => `a${number}`) },
);
const pairText = fc.tuple(aliasName, primaryName).filter(([alias, primary]) => alias !== primary);

const pastArbitrary = fc.record({
  pair: pairText.map(([alias, primary]) => `${alias}>${primary}`),
  ended: fc.constantFrom("applied", "failed", "unknown", "claimed"),
  atEpochMs: fc.constantFrom(DAY - 1000, DAY, DAY + 1000),
});
/** Up to four earlier runs; a run has one row of an alias. */
export const pasts = fc.array(
  fc.uniqueArray(pastArbitrary, { maxLength: 8, selector: ({ pair }) => pair.split(">")[0] }),
  { maxLength: 4 },
);

type Kind = "pair" | "invalid" | "skipped";
const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Kind>("pair") },
  { weight: 1, arbitrary: fc.constantFrom<Kind[]>("invalid", "skipped") },
);

/** Mostly small; at times with more rows of one primary than fit into one turn. */
export const inputs: fc.Arbitrary<StagedRow[]> = fc
  .tuple(
    fc.array(fc.tuple(kind, pairText), { maxLength: 14 }),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 10, max: 40 }) },
    ),
  )
  .map(([some, manyCount]) => {
    const many = Array.from({ length: manyCount }, (_, index): [Kind, [string, string]] => {
      return ["pair", [`m${index}`, "ann"]];
    });
    return [...many, ...some].map(([rowKind, [alias, primary]], index) => {
      if (rowKind === "invalid") return invalid(index + 2);
      return (rowKind === "skipped" ? skipped : row)(`${alias}>${primary}`, index + 2);
    });
  });

export const rulesOf: fc.Arbitrary<PlanRules> = fc.record({
  allowMove: fc.boolean(),
  allowChain: fc.boolean(),
  resendBeforeEpochMs: fc.constantFrom(undefined, DAY, DAY + 1, DAY + 2000),
});
