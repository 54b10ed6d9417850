import type { Outcome } from "../../src/domain/outcome.ts";
import type { RowOutcome } from "../../src/ledger/journal.ts";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";
import { learnt, type Oracle, type OraclePlan, oraclePlan } from "./plan-oracle.ts";

/** What the inputs of the model's runs are called. */
export const FILES = ["first.csv", "second.csv"] as const;

/** A row's end as the files tell it. */
export interface ToldEnd {
  readonly outcome: Outcome;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean | undefined;
  readonly attempts: number;
  readonly requestId: string;
  readonly atEpochMs: number | undefined;
}

const PLANNED_ONLY = { retryable: undefined, attempts: 0, requestId: "", atEpochMs: undefined } as const;

/** One run, as plain lists in memory. */
export class ModelRun {
  readonly name: string;
  readonly rows: StagedRow[] = [];
  plan: OraclePlan | undefined;
  readonly claims = new Map<number, number>();
  readonly outcomes = new Map<number, RowOutcome>();

  constructor(name: string) {
    this.name = name;
  }

  makePlan(known: Oracle, rules: PlanRules): OraclePlan {
    this.plan = oraclePlan(this.rows, known, rules, FILES);
    return this.plan;
  }

  claim(seq: number, attempts: number): void {
    if (attempts === 0) this.claims.delete(seq);
    else this.claims.set(seq, attempts);
  }

  /** Rows that may be claimed: planned to be sent, and not ended. */
  get open(): number[] {
    return (this.plan?.order ?? []).filter((seq) => !this.outcomes.has(seq));
  }

  endOf(seq: number): ToldEnd {
    // A run that was killed before it had planned knows only what reading said of each row.
    const refused = this.rows[seq - 1]?.planned;
    const verdict = this.plan?.verdicts[seq - 1] ?? { plan: "send", code: "", message: "" };
    if (refused !== undefined) return { ...PLANNED_ONLY, ...refused };
    if (verdict.plan === "unchanged" || verdict.plan === "duplicate" || verdict.plan === "conflict") {
      return { ...PLANNED_ONLY, outcome: verdict.plan, code: verdict.code, message: verdict.message };
    }
    const ending = this.outcomes.get(seq);
    if (ending !== undefined) {
      const {
        ended: outcome,
        code = "",
        message = "",
        retryable,
        attempts,
        requestId = "",
        atEpochMs,
      } = ending;
      return { outcome, code, message, retryable, attempts, requestId, atEpochMs };
    }
    const attempts = this.claims.get(seq);
    if (attempts === undefined) {
      const message = "the run stopped before this row was sent";
      return { ...PLANNED_ONLY, outcome: "not-sent", code: "not_sent", message };
    }
    const message = "the run ended before the answer was on record; the alias may be in place";
    return {
      ...PLANNED_ONLY,
      outcome: "unknown",
      code: "interrupted",
      message,
      retryable: true,
      attempts,
    };
  }

  get ends(): ToldEnd[] {
    return this.rows.map((_, index) => this.endOf(index + 1));
  }

  /** The records with rows that pass: the text of each, and which of its rows, unless that is all. */
  records(passes: (end: ToldEnd) => boolean) {
    const records: { file: number; raw: string; rows: number[]; count: number }[] = [];
    for (const [index, { file, raw, recordPart: part }] of this.rows.entries()) {
      if (part !== "later") records.push({ file, raw, rows: [], count: 0 });
      const record = records.at(-1);
      if (record === undefined) continue;
      if (passes(this.endOf(index + 1))) record.rows.push(record.count);
      record.count += 1;
    }
    return records
      .filter(({ rows }) => rows.length > 0)
      .map(({ file, raw, rows, count }) => ({ file, raw, ...(rows.length < count ? { rows } : {}) }));
  }

  /** What did not come to be applied, counted by whatever `nameOf` says of a row, most first. */
  failures(nameOf: (seq: number) => string) {
    const counts = new Map<string, { name: string; fresh: number; repeated: number }>();
    for (const [index, { outcome }] of this.ends.entries()) {
      if (outcome !== "failed" && outcome !== "unknown") continue;
      const name = nameOf(index + 1);
      const count = counts.get(name) ?? { name, fresh: 0, repeated: 0 };
      counts.set(name, count);
      if (this.plan?.failedEarlier.has(index + 1)) count.repeated += 1;
      else count.fresh += 1;
    }
    const all = (count: { fresh: number; repeated: number }) => count.fresh + count.repeated;
    return [...counts.values()].sort((a, b) => all(b) - all(a) || (a.name < b.name ? -1 : 1));
  }

  domainOf(seq: number): string {
    return this.rows[seq - 1]?.aliasKey?.split("@")[1] ?? "";
  }

  /** What is known once this run has been merged at that time. */
  learnt(known: Oracle, mergedAtEpochMs: number): Oracle {
    return [...this.claims.keys()].reduce((before, seq) => {
      const { aliasKey, primaryKey } = this.rows[seq - 1] ?? {};
      const ending = this.outcomes.get(seq);
      return learnt(before, {
        alias: aliasKey ?? "",
        primary: primaryKey ?? "",
        ended: ending?.ended ?? "unknown",
        atEpochMs: ending?.atEpochMs ?? mergedAtEpochMs,
        run: this.name,
      });
    }, known);
  }
}

/** A folder with its ledger and runs, as they should be. */
export interface LedgerModel {
  known: Oracle;
  /** The run at work. */
  run: ModelRun | undefined;
  /** Runs that were killed, oldest first. */
  readonly killed: ModelRun[];
}
