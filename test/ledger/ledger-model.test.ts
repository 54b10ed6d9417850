import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Database } from "../../src/ledger/database.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import {
  DieAtOnce,
  DryRun,
  Finish,
  Kill,
  type LedgerCommand,
  PlanRun,
  type RealLedger,
  type RecordSeed,
  Reopen,
  type RowSeed,
  Send,
  Stage,
  type Step,
  TakeUp,
  WholeRun,
} from "./ledger-commands.ts";
import type { LedgerModel } from "./ledger-model.ts";
import { CORP, DAY, invalid, temporaryFolder } from "./parts.ts";
import type { Oracle } from "./plan-oracle.ts";

// A small world, so that rows, runs and their times meet: some names are aliases and primaries both.
const PRIMARIES = ["ann@x.example", "bob@x.example", "cyd@y.example"] as const;
const ALIASES = ["a@x.example", "b@x.example", "c@x.example", "a@y.example", "b@y.example"] as const;
const instant = fc.constantFrom(DAY - 1000, DAY, DAY + 1000);
const times = fc.array(instant, { minLength: 1, maxLength: 2 });

const aliasName = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...PRIMARIES) },
  { weight: 7, arbitrary: fc.constantFrom(...ALIASES) },
);
/** The alias's own primary, if `shift` is 0, else another one. */
function pairOf(alias: string, shift: number, isLoud: boolean): RowSeed {
  const others = PRIMARIES.filter((name) => name !== alias);
  const place = (alias.codePointAt(0) ?? 0) + shift;
  const primary = others[place % others.length] ?? PRIMARIES[0];
  const written = (address: string) => (isLoud ? address.toUpperCase() : address);
  return { alias: written(alias), aliasFor: written(primary), aliasKey: alias, primaryKey: primary };
}

const { file: _file, line: _line, raw: _raw, ...invalidSeed } = invalid(0);
function passedOver(seed: RowSeed): RowSeed {
  const refused = { outcome: "skipped", code: "skipped_domain", message: "passed over" } as const;
  return { ...seed, aliasKey: null, planned: refused };
}

/** Mostly pairs that don't contradict one another, or nothing would be left to be sent. */
function seedOf(shift: number): fc.Arbitrary<RowSeed> {
  const pair = fc.tuple(aliasName, fc.boolean()).map(([alias, isLoud]) => pairOf(alias, shift, isLoud));
  const stray = fc
    .tuple(aliasName, fc.nat(2), fc.boolean())
    .map(([alias, other, isLoud]) => pairOf(alias, other, isLoud));
  return fc.oneof(
    { weight: 20, arbitrary: pair },
    { weight: 2, arbitrary: stray },
    { weight: 1, arbitrary: fc.constant(invalidSeed) },
    { weight: 1, arbitrary: pair.map(passedOver) },
  );
}

const records: fc.Arbitrary<RecordSeed[]> = fc.constantFrom(0, 0, 1).chain((shift) => {
  const seed = seedOf(shift);
  const record = fc.oneof(
    { weight: 4, arbitrary: fc.array(seed, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(seed, { minLength: 2, maxLength: 4 }) },
  );
  return fc.array(record, { minLength: 1, maxLength: 6 });
});
const rules = fc.record({
  allowMove: fc.constantFrom(true, true, false),
  allowChain: fc.boolean(),
  resendBeforeEpochMs: fc.constantFrom(undefined, DAY, DAY + 1, DAY + 2000),
});

const ending = fc.record(
  {
    ended: fc.constantFrom("applied", "applied", "failed", "unknown"),
    code: fc.constantFrom("err_one", "err_two"),
    message: fc.constantFrom("it is so", ""),
    retryable: fc.boolean(),
    requestId: fc.constant("r1"),
    atEpochMs: instant,
  },
  { requiredKeys: ["ended", "retryable", "atEpochMs"] },
);
const step: fc.Arbitrary<Step> = fc.record({
  which: fc.nat(20),
  attempts: fc.constantFrom(0, 1, 1, 2),
  ending: fc.option(ending, { nil: undefined, freq: 4 }),
});

const stage = records.map((some) => new Stage(some));
const plan = rules.map((some) => new PlanRun(some));
const send = fc.array(step, { minLength: 1, maxLength: 8 }).map((steps) => new Send(steps));
const finish = times.map((some) => new Finish(some));
const takeUp = fc.tuple(times, fc.boolean()).map(([some, ends]) => new TakeUp(some, ends));
const seldom: fc.Arbitrary<LedgerCommand> = fc.oneof(
  fc.option(instant, { nil: undefined }).map((mergedAt) => new Kill(mergedAt)),
  fc.tuple(records, rules, instant).map(([some, how, now]) => new DryRun(some, how, now)),
  fc.constantFrom(new DieAtOnce(), new Reopen()),
);
const whole = fc.tuple(stage, plan, send, finish).map((some) => new WholeRun(some));
const commands = fc.commands<LedgerModel, RealLedger, false>(
  [stage, plan, send, fc.oneof(finish, takeUp), takeUp, seldom, whole, whole, whole],
  { maxCommands: 40, size: "max" },
);

const KNOWN = `
  SELECT alias, in_place, in_place_at, (SELECT name FROM run_name WHERE id = in_place_run),
    unanswered, (SELECT name FROM run_name WHERE unanswered IS NOT NULL AND id = unanswered_run), tried, ended
  FROM alias ORDER BY alias
`;

/** What the ledger's file holds, next to what it should. */
function expectFile(folder: string, known: Oracle): void {
  const database = Database.open(join(folder, "ledger.db"), "ledger");
  try {
    expect(database.all(KNOWN)).toEqual(
      [...known]
        .map(([alias, { inPlace, unanswered, triedFor, ended }]) => [
          alias,
          inPlace?.primary ?? null,
          inPlace?.atEpochMs ?? null,
          inPlace?.run ?? null,
          unanswered?.primary ?? null,
          unanswered?.run ?? null,
          triedFor,
          ended,
        ])
        .sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1)),
    );
  } finally {
    database.close();
  }
}

it("any sequence of runs, killed and resumed anywhere, gives the ledger and plans of a plain model", async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (some) => {
      const folder = temporaryFolder();
      const real: RealLedger = { folder, ledger: Ledger.open(folder, CORP), run: undefined };
      const model: LedgerModel = { known: new Map(), run: undefined, killed: [] };
      try {
        await fc.asyncModelRun(() => ({ model, real }), some);
      } finally {
        real.ledger.close();
        try {
          expectFile(real.folder, model.known);
        } finally {
          rmSync(real.folder, { recursive: true, force: true });
        }
      }
    }),
    // On a slow disk fewer of them, as this waits for files only.
    { numRuns: 100, interruptAfterTimeLimit: 15_000 },
  );
});
