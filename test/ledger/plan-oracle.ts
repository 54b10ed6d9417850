import fc from "fast-check";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";
import { DAY, invalid, type Past, row, skipped } from "./parts.ts";

/** An address for which an alias is, or may be, in place: since when, and by which run. */
interface Holder {
  readonly primary: string;
  readonly atEpochMs: number;
  readonly run: string;
}

/** What is known of an alias, in plain words and in memory. */
interface Known {
  readonly inPlace?: Holder | undefined;
  readonly unanswered?: Holder | undefined;
  readonly triedFor: string;
  readonly ended: "applied" | "failed" | "unknown";
}

export type Oracle = ReadonlyMap<string, Known>;

/** One try for an alias, and what came of it. */
export interface Try extends Holder {
  readonly alias: string;
  readonly ended: Known["ended"];
}

/** What is known after a try, by the rules of merging. */
export function learnt(known: Oracle, { alias, ended, ...holder }: Try): Oracle {
  const before = known.get(alias);
  const settled = before?.unanswered?.primary === holder.primary ? undefined : before?.unanswered;
  const after: Known = {
    triedFor: holder.primary,
    ended,
    inPlace: ended === "applied" ? holder : before?.inPlace,
    unanswered: { applied: undefined, failed: settled, unknown: holder }[ended],
  };
  return new Map(known).set(alias, after);
}

/** Follows the histories, one answer after the other. */
export function oracleOf(runs: readonly (readonly Past[])[], names: readonly string[]): Oracle {
  return runs
    .flatMap((pasts, index) => pasts.map((past) => ({ ...past, run: names[index] ?? "" })))
    .reduce<Oracle>((known, { pair, ended, atEpochMs = DAY, run }) => {
      const [alias = "", primary = ""] = pair.split(">").map((name) => `${name}@x.example`);
      if (ended === "claimed")
        return learnt(known, { alias, primary, ended: "unknown", atEpochMs: DAY, run });
      return learnt(known, { alias, primary, ended, atEpochMs, run });
    }, new Map());
}

interface Verdict {
  readonly plan: string;
  readonly code: string;
  readonly message: string;
}

export interface OraclePlan {
  readonly verdicts: readonly Verdict[];
  /** Sequence numbers, from 1, in the order of sending. */
  readonly order: readonly number[];
  /** Sequence numbers of rows to be sent that failed in an earlier run. */
  readonly failedEarlier: ReadonlySet<number>;
}

const SEND: Verdict = { plan: "send", code: "", message: "" };

/**
 * The plan as the manual tells it: for each row the first rule that applies, then the order of sending. `files` are
 * the names of the inputs.
 */
export function oraclePlan(
  staged: readonly StagedRow[],
  known: Oracle,
  rules: PlanRules,
  files: readonly string[] = [],
): OraclePlan {
  const verdicts = verdictsOf(staged, known, rules, files);
  const sendable = staged.flatMap((it, index) => {
    if (verdicts[index] !== SEND) return [];
    return [{ seq: index + 1, primary: it.primaryKey ?? "", rank: rankOf(it, known) }];
  });
  const failedEarlier = new Set(sendable.filter(({ rank }) => rank === 2).map(({ seq }) => seq));
  return { verdicts, order: ordered(sendable), failedEarlier };
}

/**
 * A row that is sent can end a chain by moving an alias away, and a chain can keep such a row from being sent. Begins
 * with all rows sent, and judges again until no further row is held back.
 */
function verdictsOf(
  staged: readonly StagedRow[],
  known: Oracle,
  rules: PlanRules,
  files: readonly string[],
): Verdict[] {
  let sent: ReadonlySet<StagedRow> = new Set(staged);
  for (;;) {
    const verdicts = staged.map((_, index) => verdictOf(index, staged, sent, known, rules, files));
    const left = new Set([...sent].filter((row) => verdicts[staged.indexOf(row)] === SEND));
    if (left.size === sent.size) return verdicts;
    sent = left;
  }
}

function verdictOf(
  index: number,
  all: readonly StagedRow[],
  sent: ReadonlySet<StagedRow>,
  known: Oracle,
  rules: PlanRules,
  files: readonly string[],
): Verdict {
  const it = all[index];
  if (it === undefined) throw new Error("no such row");
  if (it.planned !== undefined) {
    return { plan: it.planned.outcome, code: it.planned.code, message: it.planned.message };
  }
  const named = (other: StagedRow) => {
    return `line ${other.line}${other.file === it.file ? "" : ` of ${files[other.file]}`}`;
  };
  const sameAlias = all.filter(({ aliasKey }) => aliasKey === it.aliasKey);
  const primaries = sameAlias.map(({ primaryKey }) => primaryKey ?? "").sort();
  const [low, high] = [primaries[0], primaries.at(-1)];
  if (low !== high) {
    const rival = sameAlias.find(({ primaryKey }) => primaryKey === (it.primaryKey === low ? high : low));
    if (rival === undefined) throw new Error("there is no rival");
    return conflict("ambiguous_primary", `${named(rival)} gives this alias to ${rival.aliasFor}`);
  }
  const [first] = sameAlias;
  if (first !== undefined && all.indexOf(first) < index) {
    return { plan: "duplicate", code: "duplicate_pair", message: `the same pair as ${named(first)}` };
  }
  const fact = known.get(it.aliasKey ?? "");
  const { inPlace, unanswered } = fact ?? {};
  if (isInPlace(it, fact) && inPlace !== undefined && inPlace.atEpochMs >= (rules.resendBeforeEpochMs ?? 0)) {
    const message = `in place since ${instant(inPlace)}, run ${inPlace.run}`;
    return { plan: "unchanged", code: "in_place", message };
  }
  const chain = rules.allowChain ? undefined : chainOf(it, all, sent, known, named);
  if (chain !== undefined) return conflict("chain", `${chain}; release with --allow chain`);
  if (rules.allowMove) return SEND;
  const told = (words: string, { primary }: Holder, since: string) => {
    return conflict("move", `${words} ${primary} (${since}); release with --allow move`);
  };
  if (unanswered !== undefined && unanswered.primary !== it.primaryKey) {
    const since = `a call without an answer ${instant(unanswered)}, run ${unanswered.run}`;
    return told("may be in place for", unanswered, since);
  }
  if (inPlace !== undefined && inPlace.primary !== it.primaryKey) {
    return told("is in place for", inPlace, `since ${instant(inPlace)}, run ${inPlace.run}`);
  }
  return SEND;
}

/** Why the row would make a chain. */
function chainOf(
  it: StagedRow,
  all: readonly StagedRow[],
  sent: ReadonlySet<StagedRow>,
  known: Oracle,
  named: (other: StagedRow) => string,
): string | undefined {
  const { aliasKey: alias, primaryKey: primary } = it;
  const next = all.find(({ primaryKey }) => primaryKey === alias);
  if (next !== undefined) return `the alias is the primary of ${named(next)}`;
  const passedOver = all.find(({ skippedKey }) => skippedKey === primary);
  if (passedOver !== undefined) return `the primary is the alias of ${named(passedOver)}, which is skipped`;
  const own = known.get(primary ?? "");
  if (own?.inPlace !== undefined)
    return `the primary is an alias of ${own.inPlace.primary} ${placed(own.inPlace)}`;
  if (own?.unanswered !== undefined)
    return `the primary may be an alias of ${own.unanswered.primary} ${silent(own.unanswered)}`;
  const isMoved = (name: string) =>
    [...sent].some(({ aliasKey, primaryKey }) => aliasKey === name && primaryKey !== alias);
  for (const [name, { inPlace, unanswered }] of [...known].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isMoved(name)) continue;
    if (inPlace?.primary === alias) return `the alias is the primary of ${name} ${placed(inPlace)}`;
    if (unanswered?.primary === alias) return `the alias may be the primary of ${name} ${silent(unanswered)}`;
  }
  return undefined;
}

function placed(holder: Holder): string {
  return `(since ${instant(holder)}, run ${holder.run})`;
}

function silent(holder: Holder): string {
  return `(a call without an answer ${instant(holder)}, run ${holder.run})`;
}

function conflict(code: string, message: string): Verdict {
  return { plan: "conflict", code, message };
}

function instant({ atEpochMs }: Holder): string {
  return new Date(atEpochMs).toISOString().replace(/\.\d+Z/, "Z");
}

function isInPlace(it: StagedRow, fact: Known | undefined): boolean {
  if (fact === undefined || fact.inPlace?.primary !== it.primaryKey || fact.unanswered !== undefined)
    return false;
  return fact.triedFor !== it.primaryKey || fact.ended === "applied";
}

function rankOf(it: StagedRow, known: Oracle): number {
  const fact = known.get(it.aliasKey ?? "");
  if (fact === undefined) return 0;
  if (fact.unanswered?.primary === it.primaryKey) return 1;
  if (fact.triedFor === it.primaryKey && fact.ended === "failed") return 2;
  return fact.inPlace?.primary === it.primaryKey ? 3 : 0;
}

interface Sendable {
  readonly seq: number;
  readonly primary: string;
  readonly rank: number;
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
  return withTurn.sort((a, b) => a.rank - b.rank || a.turn - b.turn).map(({ seq }) => seq);
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
