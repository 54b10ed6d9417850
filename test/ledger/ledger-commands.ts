import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type fc from "fast-check";
import { expect } from "vitest";
import type { Journal, RowOutcome } from "../../src/ledger/journal.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import type { RunStore } from "../../src/ledger/run-store.ts";
import type { RowStager, StagedRow } from "../../src/ledger/stage-rows.ts";
import { expectEnds, expectPlan } from "./ledger-expectations.ts";
import { FILES, type LedgerModel, ModelRun } from "./ledger-model.ts";
import { CORP, newRunFolder } from "./parts.ts";

/** The real thing: a folder with its ledger, and the run at work in it. */
export interface RealLedger {
  folder: string;
  ledger: Ledger;
  run: { readonly store: RunStore; readonly stager: RowStager; journal?: Journal } | undefined;
}

export type LedgerCommand = fc.AsyncCommand<LedgerModel, RealLedger>;

/** A row before it has a place in an input. */
export type RowSeed = Omit<StagedRow, "file" | "line" | "raw" | "part">;
/** The rows of one record. */
export type RecordSeed = readonly RowSeed[];

/** Reads rows into the run at work, or into one that it begins. */
export class Stage implements LedgerCommand {
  readonly #records: readonly RecordSeed[];

  constructor(records: readonly RecordSeed[]) {
    this.#records = records;
  }

  check({ run, killed }: LedgerModel): boolean {
    return run === undefined ? killed.length === 0 : run.plan === undefined;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    if (model.run === undefined) begin(model, real);
    const { run } = model;
    const rows = this.#records.flatMap((seeds, record) => {
      const line = (run?.rows.length ?? 0) + record + 2;
      // The second input begins after some rows of the first.
      const file = line > 12 ? 1 : 0;
      return seeds.map((seed, index): StagedRow => {
        const part = index > 0 ? "later" : "first";
        return {
          ...seed,
          file,
          line,
          raw: `record ${line}`,
          ...(seeds.length > 1 ? { recordPart: part } : {}),
        };
      });
    });
    real.run?.stager.add(rows);
    run?.rows.push(...rows);
    expect(real.run?.stager.count).toBe(run?.rows.length);
  }

  toString(): string {
    const told = this.#records.map((seeds) => seeds.map(({ alias, aliasFor }) => `${alias}>${aliasFor}`));
    return `stage ${JSON.stringify(told)}`;
  }
}

function begin(model: LedgerModel, real: RealLedger): void {
  const folder = newRunFolder(real.folder);
  const store = real.ledger.beginRun(folder);
  for (const [file, name] of FILES.entries()) store.setMeta(`input_${file}`, name);
  real.run = { store, stager: store.stager() };
  model.run = new ModelRun(basename(folder));
}

export class PlanRun implements LedgerCommand {
  readonly #rules: PlanRules;

  constructor(rules: PlanRules) {
    this.#rules = rules;
  }

  check({ run }: LedgerModel): boolean {
    return run !== undefined && run.plan === undefined;
  }

  async run({ run, known }: LedgerModel, real: RealLedger): Promise<void> {
    if (run === undefined || real.run === undefined) return;
    const { store } = real.run;
    store.plan(this.#rules);
    real.run.journal = store.journal();
    run.makePlan(known, this.#rules);
    expectPlan(store, run);
  }

  toString(): string {
    return `plan ${JSON.stringify(this.#rules)}`;
  }
}

/** A dry run beside whatever is going on, which it must neither see half of nor disturb. */
export class DryRun implements LedgerCommand {
  readonly #records: readonly RecordSeed[];
  readonly #rules: PlanRules;
  readonly #nowEpochMs: number;

  constructor(records: readonly RecordSeed[], rules: PlanRules, nowEpochMs: number) {
    this.#records = records;
    this.#rules = rules;
    this.#nowEpochMs = nowEpochMs;
  }

  check(): boolean {
    return true;
  }

  async run({ run, known, killed }: LedgerModel, real: RealLedger): Promise<void> {
    const rows = this.#records.flat().map((seed, index): StagedRow => {
      return { ...seed, file: 0, line: index + 2, raw: "" };
    });
    const before = readdirSync(real.folder);
    const workFolder = newRunFolder(real.folder);
    const copy = Ledger.openCopy(real.folder, workFolder, this.#nowEpochMs);
    try {
      const store = copy.beginDryRun();
      store.stager().add(rows);
      store.plan(this.#rules);
      const unmerged = run === undefined ? killed : [...killed, run];
      const all = unmerged.reduce((soFar, one) => one.learnt(soFar, this.#nowEpochMs), known);
      const expected = new ModelRun("dry");
      expected.rows.push(...rows);
      expected.makePlan(all, this.#rules);
      expectPlan(store, expected);
      expect(copy.knownCount()).toBe(all.size);
    } finally {
      copy.discard();
    }
    expect(readdirSync(real.folder)).toEqual(before);
  }

  toString(): string {
    const told = this.#records.map((seeds) => seeds.map(({ alias, aliasFor }) => `${alias}>${aliasFor}`));
    return `dry run ${JSON.stringify([told, this.#rules, this.#nowEpochMs])}`;
  }
}

/** What becomes of a row in one turn: `which` picks it among those that may be claimed. */
export interface Step {
  readonly which: number;
  /** 0 takes the claim back. */
  readonly attempts: number;
  readonly ending?: Omit<RowOutcome, "seq" | "attempts"> | undefined;
}

/** Claims rows and ends some of them, all in one turn of the event loop. */
export class Send implements LedgerCommand {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  check({ run }: LedgerModel): boolean {
    return (run?.open.length ?? 0) > 0;
  }

  async run({ run }: LedgerModel, real: RealLedger): Promise<void> {
    const journal = real.run?.journal;
    if (run === undefined || journal === undefined) return;
    for (const { which, attempts, ending } of this.#steps) {
      const seq = run.open[which % run.open.length];
      if (seq === undefined) break;
      void journal.claim([{ seq, attempts }]);
      run.claim(seq, attempts);
      if (attempts === 0 || ending === undefined) continue;
      void journal.recordOutcome({ ...ending, seq, attempts });
      run.outcomes.set(seq, { ...ending, seq, attempts });
    }
    await journal.flush();
  }

  toString(): string {
    return `send ${JSON.stringify(this.#steps)}`;
  }
}

/** The end of a run as it should be. It can be merged more than once. */
export class Finish implements LedgerCommand {
  readonly #times: readonly number[];

  constructor(times: readonly number[]) {
    this.#times = times;
  }

  check({ run }: LedgerModel): boolean {
    return run?.plan !== undefined;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    if (model.run === undefined || real.run === undefined) return;
    for (const time of this.#times) {
      real.run.store.merge(time);
      model.known = model.run.learnt(model.known, time);
    }
    expectEnds(real.run.store, model.run);
    real.ledger.endRun(real.run.store.folder);
    expect(existsSync(real.run.store.folder)).toBe(false);
    expect(real.ledger.knownCount()).toBe(model.known.size);
    real.run = undefined;
    model.run = undefined;
  }

  toString(): string {
    return `finish, merging at ${this.#times.join(" and ")}`;
  }
}

/** What `kill -9` leaves is the files as they are, logs and all; `mergedAt` is a death after the merge. */
export class Kill implements LedgerCommand {
  readonly #mergedAt: number | undefined;

  constructor(mergedAt: number | undefined) {
    this.#mergedAt = mergedAt;
  }

  check(): boolean {
    return true;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    const { run } = model;
    if (run?.plan !== undefined && this.#mergedAt !== undefined) {
      real.run?.store.merge(this.#mergedAt);
      model.known = run.learnt(model.known, this.#mergedAt);
    }
    const left = `${real.folder}-killed`;
    cpSync(real.folder, left, { recursive: true });
    real.ledger.close();
    rmSync(real.folder, { recursive: true });
    real.folder = left;
    real.ledger = Ledger.open(left, CORP);
    real.run = undefined;
    if (run !== undefined) model.killed.push(run);
    model.run = undefined;
    expect(real.ledger.knownCount()).toBe(model.known.size);
  }

  toString(): string {
    return this.#mergedAt === undefined ? "kill" : `kill after merging at ${this.#mergedAt}`;
  }
}

/** A run that died when it had made its file and written nothing. */
export class DieAtOnce implements LedgerCommand {
  check({ run }: LedgerModel): boolean {
    return run === undefined;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    const folder = newRunFolder(real.folder);
    mkdirSync(folder);
    writeFileSync(join(folder, "run.db"), "");
    model.killed.push(new ModelRun(basename(folder)));
  }

  toString(): string {
    return "a run dies at once";
  }
}

/** What the next run does first: it merges the killed runs, then ends them. */
export class TakeUp implements LedgerCommand {
  readonly #times: readonly number[];
  readonly #ends: boolean;

  constructor(times: readonly number[], ends: boolean) {
    this.#times = times;
    this.#ends = ends;
  }

  check({ run, killed }: LedgerModel): boolean {
    return run === undefined && killed.length > 0;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    const unfinished = real.ledger.unfinishedRuns();
    expect(unfinished.map((folder) => basename(folder))).toEqual(model.killed.map(({ name }) => name));
    for (const [index, folder] of unfinished.entries()) {
      const killed = model.killed[index];
      const store = real.ledger.openRun(folder);
      if (killed === undefined || store === undefined) {
        expect(killed?.rows).toEqual([]);
      } else {
        for (const time of this.#times) {
          store.merge(time);
          model.known = killed.learnt(model.known, time);
        }
        expectEnds(store, killed);
        if (!this.#ends) real.ledger.leaveRun();
      }
      if (this.#ends) real.ledger.endRun(folder);
    }
    if (this.#ends) model.killed.length = 0;
    expect(real.ledger.knownCount()).toBe(model.known.size);
  }

  toString(): string {
    return `take up killed runs, merging at ${this.#times.join(" and ")}${this.#ends ? "" : ", and leave them"}`;
  }
}

export class Reopen implements LedgerCommand {
  check({ run }: LedgerModel): boolean {
    return run === undefined;
  }

  async run({ known }: LedgerModel, real: RealLedger): Promise<void> {
    real.ledger.close();
    real.ledger = Ledger.open(real.folder, CORP);
    expect(real.ledger.knownCount()).toBe(known.size);
  }

  toString(): string {
    return "close and open again";
  }
}

/** A run from its beginning to its end, so that one sequence of commands has a history of many. */
export class WholeRun implements LedgerCommand {
  readonly #commands: readonly LedgerCommand[];

  constructor(commands: readonly LedgerCommand[]) {
    this.#commands = commands;
  }

  check({ run, killed }: LedgerModel): boolean {
    return run === undefined && killed.length === 0;
  }

  async run(model: LedgerModel, real: RealLedger): Promise<void> {
    for (const command of this.#commands) if (command.check(model)) await command.run(model, real);
  }

  toString(): string {
    return `a whole run (${this.#commands.map(String).join("; ")})`;
  }
}
