import type { DirectoryApi } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { VerifyCounts } from "../domain/outcome.ts";
import type { SkipDomain } from "../domain/skip-domain.ts";
import type { ReadRules } from "../engine/api-reader.ts";
import type { DomainCount } from "../ledger/verify-store.ts";
import type { InputHooks, InputJob, PlannedProblem } from "../read-input/read-inputs.ts";
import type { InputStats } from "../read-input/stage-input.ts";

/** What a verification is asked to do: the inputs are read as an import reads them. */
export interface VerifyJob extends InputJob {
  readonly skip: SkipDomain;
  /** Where runs are kept. */
  readonly folder: string;
  readonly calls: ReadRules;
}

export interface VerifyParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly directory: Pick<DirectoryApi, "internalDomains" | "internalUsers">;
  readonly view: VerifyView;
}

/** Shows people how a verification goes. */
export interface VerifyView extends InputHooks, WaitHooks {
  /** The run has a name now: that of its folder. */
  runBegan(run: string): void;
  /** The inputs are read. */
  read(
    rows: VerifyRows & { readonly notes: InputStats; readonly firstInvalid: readonly PlannedProblem[] },
  ): void;
  /** `progress` can be asked at any time until all is looked up. */
  lookingUp(progress: () => VerifyProgress): void;
  /** What was read of a list contradicted itself: it is read once more. */
  again(what: string, why: string): void;
  onRetry(what: string, failure: Failure): void;
  lookedUp(): void;
}

/** What the inputs hold. */
export interface VerifyRows {
  /** Without those passed over. */
  readonly rows: number;
  readonly invalid: number;
  /** Passed over by `--skip-domain`. */
  readonly skipped: number;
}

export interface VerifyProgress {
  /** Aliases in internal domains. */
  readonly wanted: number;
  /** Addresses of Mimecast's lists that are among them; more where a list is read again. */
  readonly seen: number;
  /** Addresses listed by Mimecast. */
  readonly listed: number;
}

/** A verification that is complete. */
export interface Verified extends VerifyRows {
  /** The name of its folder. */
  readonly run: string;
  readonly found: VerifyCounts;
  /** Aliases that the input gives to more than one primary. */
  readonly ambiguousAliases: number;
  /** Aliases that Mimecast lists without saying whether they are aliases. */
  readonly unmarkedAliases: number;
  /** Domains of aliases that Mimecast does not call internal, those with the most aliases first. */
  readonly externalDomains: { readonly domains: readonly DomainCount[]; readonly count: number };
  readonly calls: number;
  readonly startedAtEpochMs: number;
  readonly endedAtEpochMs: number;
  readonly file: string;
}
