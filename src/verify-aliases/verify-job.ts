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

/** The settings of a verification. It reads its inputs as an import does. */
export interface VerifyJob extends InputJob {
  readonly skip: SkipDomain;
  /** The folder of the runs and their ledger. */
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

/** Shows the user the progress of a verification. */
export interface VerifyView extends InputHooks, WaitHooks {
  /** The run has begun. Its name is that of its folder. */
  runBegan(run: string): void;
  /** All inputs have been read. */
  read(
    rows: VerifyRows & { readonly notes: InputStats; readonly firstInvalid: readonly PlannedProblem[] },
  ): void;
  /** The look-up begins. `progress` can be called at any time until {@link lookedUp}. */
  lookingUp(progress: () => VerifyProgress): void;
  /** The pages of a list contradict each other: it is read once more. */
  again(what: string, why: string): void;
  onRetry(what: string, failure: Failure): void;
  lookedUp(): void;
}

/** Counts of the rows in the inputs. */
export interface VerifyRows {
  /** Without skipped rows. */
  readonly rows: number;
  readonly invalid: number;
  /** Skipped by `--skip-domain`. */
  readonly skipped: number;
}

export interface VerifyProgress {
  /** Aliases in internal domains. */
  readonly wanted: number;
  /** Addresses in Mimecast's lists that are among them; more if a list is read again. */
  readonly seen: number;
  /** Addresses listed by Mimecast. */
  readonly listed: number;
}

/** The result of a complete verification. */
export interface Verified extends VerifyRows {
  /** The name of its folder. */
  readonly run: string;
  readonly found: VerifyCounts;
  /** Aliases that the input gives to more than one primary. */
  readonly ambiguousAliases: number;
  /** Aliases that Mimecast lists without the alias flag. */
  readonly unmarkedAliases: number;
  /** Domains of aliases that Mimecast does not call internal, those with the most aliases first. */
  readonly externalDomains: { readonly domains: readonly DomainCount[]; readonly count: number };
  readonly calls: number;
  readonly startedAtEpochMs: number;
  readonly endedAtEpochMs: number;
  readonly file: string;
}
