import type { AliasApi } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { OutcomeCounts } from "../domain/outcome.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { BreakerRules } from "../engine/circuit-breaker.ts";
import type { Eta } from "../engine/eta.ts";
import type { QuotaRules, QuotaSnapshot } from "../engine/quota.ts";
import type { ObservedRate } from "../ledger/ledger.ts";
import type { LedgerOwner } from "../ledger/migrations.ts";
import type { PlanRules } from "../ledger/plan-rows.ts";
import type { InputHooks, InputJob, PlannedProblem } from "../read-input/read-inputs.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import type { DispatchRules } from "../send-rows/dispatch-rows.ts";
import type { SendCounts, SendHooks } from "../send-rows/pending-row.ts";
import type { LimitRules } from "../send-rows/run-limits.ts";
import type { BatchRules } from "../send-rows/send-batch.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";

/** What an import is asked to do. */
export interface ImportJob extends InputJob {
  readonly skip: SkipDomain;
  readonly planning: PlanRules;
  /** Where runs and the ledger are kept. */
  readonly folder: string;
  readonly toolVersion: string;
  /** What the report tells of the settings, by option or variable: no secret may be among them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The same, for an import that sends. */
export interface SendingJob extends ImportJob {
  readonly account: LedgerOwner;
  readonly sending: DispatchRules & BatchRules & LimitRules;
  readonly quota: QuotaRules;
  readonly breaker: BreakerRules;
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

/** Shows people how an import goes. */
export interface ImportView extends SendHooks, InputHooks {
  /** The first thing that is said. */
  ledgerOpened(path: string, knownCount: number): void;
  /** A run that was killed has its files now; without them, nothing that it may have sent is on record. */
  runRecovered(folder: string, finished: FinishedRun | undefined): void;
  /** The run has a name now: that of its folder. */
  runBegan(run: string): void;
  planned(plan: Plan): void;
  /** `progress` can be asked at any time until the run has ended. */
  sending(progress: () => SendProgress): void;
  sent(): void;
}

/** What was read and what is to happen. */
export interface Plan {
  readonly rows: number;
  readonly send: number;
  readonly outcomes: OutcomeCounts;
  readonly notes: InputStats;
  /** Domains of the aliases to be sent, most rows first; not all where there are many. */
  readonly domains: readonly { readonly domain: string; readonly rows: number }[];
  readonly domainCount: number;
  readonly firstProblems: readonly PlannedProblem[];
  readonly firstToSend: readonly { readonly alias: string; readonly aliasFor: string }[];
  /** As the last answers of an earlier run told it. */
  readonly seenPace: ObservedRate;
}

export interface SendProgress {
  readonly total: number;
  readonly counts: Readonly<SendCounts>;
  readonly quota: QuotaSnapshot | undefined;
  /** Undefined until enough is known for it. Retries are not foreseen. */
  readonly left: Eta | undefined;
}
