import type { AliasApi } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { OutcomeCounts } from "../domain/outcome.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { ObservedRate } from "../ledger/ledger.ts";
import type { LedgerOwner } from "../ledger/migrations.ts";
import type { PlanRules } from "../ledger/plan-rows.ts";
import type { InputHooks, InputJob, PlannedProblem } from "../read-input/read-inputs.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import type { LimitRules } from "../send-rows/run-limits.ts";
import type { SendJob, SendRunHooks } from "../send-rows/send-run.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";

/** Inputs and settings of an import. */
export interface ImportJob extends InputJob {
  readonly skip: SkipDomain;
  readonly planning: PlanRules;
  /** The folder of the ledger and of the runs. */
  readonly folder: string;
  readonly toolVersion: string;
  /** Settings that the report shows, by option or variable. Must not contain secrets. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Inputs and settings of an import that sends. */
export interface SendingJob extends ImportJob, SendJob {
  readonly account: LedgerOwner;
  readonly sending: SendJob["sending"] & LimitRules;
}

export interface ImportParts {
  readonly clock: Clock;
  readonly view: ImportView;
}

export interface SendingParts extends ImportParts {
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly client: AliasApi;
}

/** Observers of an import, for display. */
export interface ImportView extends SendRunHooks, InputHooks {
  /** Called first. */
  ledgerOpened(path: string, knownCount: number): void;
  /** A killed run is finished. `finished` is undefined if no plan is on record: then no sent row is either. */
  runRecovered(folder: string, finished: FinishedRun | undefined): void;
  /** The run has started. Its name is that of its folder. */
  runBegan(run: string): void;
  planned(plan: Plan): void;
}

/** Figures of a plan: rows read, and what will happen to them. */
export interface Plan {
  readonly rows: number;
  readonly send: number;
  readonly outcomes: OutcomeCounts;
  readonly notes: InputStats;
  /** Domains of the aliases to send, those with most rows first. Not all, if there are many: see `domainCount`. */
  readonly domains: readonly { readonly domain: string; readonly rows: number }[];
  readonly domainCount: number;
  readonly firstProblems: readonly PlannedProblem[];
  readonly firstToSend: readonly { readonly alias: string; readonly aliasFor: string }[];
  /** The rate that an earlier run observed last. */
  readonly observedRate: ObservedRate;
}
