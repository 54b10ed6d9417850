import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import { finishedCount, type SendCounts } from "./pending-row.ts";

/** Limits that end a run early although no single call failed unusually. */
export interface LimitRules {
  readonly maxFailures?: FailureLimit | undefined;
  /** Wall clock, ms since the epoch: nothing is sent from then on. */
  readonly deadlineEpochMs?: number | undefined;
}

type FailureLimit =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

export interface RunLimitsParts {
  /** The permission that the call needs, by its name in Mimecast's administration console. */
  readonly permission: string;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
}

const FORBIDDEN = "err_xdk_operation_forbidden_for_address";
/** If the first N answered rows are all forbidden, the cause is the account and not the rows. */
const FORBIDDEN_FROM_THE_START = 100;
/** A percentage of failures is judged from N finished rows on: of fewer it says little. */
const MIN_ROWS_FOR_PERCENT = 100;

/** Stops the run at its deadline, after too many failures, or if every row is forbidden from the start. */
export class RunLimits {
  readonly #rules: LimitRules;
  readonly #parts: RunLimitsParts;
  #forbiddenOnly = true;

  constructor(rules: LimitRules, parts: RunLimitsParts) {
    this.#rules = rules;
    this.#parts = parts;
  }

  /** Stops the run if the deadline has passed. */
  checkDeadline(): void {
    const { deadlineEpochMs } = this.#rules;
    const { clock, shutdown } = this.#parts;
    if (deadlineEpochMs === undefined || shutdown.drain.aborted || clock.epochMs() < deadlineEpochMs) return;
    shutdown.drainNow({
      kind: "deadline",
      message: `the deadline, ${new Date(deadlineEpochMs).toISOString()}, is reached`,
    });
  }

  /**
   * Stops the run at the deadline, unless `done` aborts before. On a machine that slept the timer fires late, so call
   * {@link checkDeadline} before each call too.
   */
  async watchDeadline(done: AbortSignal): Promise<void> {
    const { deadlineEpochMs } = this.#rules;
    const { clock, shutdown } = this.#parts;
    if (deadlineEpochMs === undefined) return;
    const ended = AbortSignal.any([done, shutdown.drain]);
    // A timer can fire a moment early, or hours late.
    while (!ended.aborted && clock.epochMs() < deadlineEpochMs) {
      await clock.sleep(Math.max(1, deadlineEpochMs - clock.epochMs()), ended);
    }
    if (!ended.aborted) this.checkDeadline();
  }

  /** Checks the limits after a row has ended. `counts` must include that row. */
  check(outcome: SentOutcome, failure: Failure | undefined, counts: Readonly<SendCounts>): void {
    this.#checkForbidden(outcome, failure, counts.failed);
    this.#checkFailures(counts);
  }

  #checkForbidden(outcome: SentOutcome, failure: Failure | undefined, failedCount: number): void {
    if (outcome === "unknown" || !this.#forbiddenOnly) return;
    this.#forbiddenOnly = outcome === "failed" && failure?.code === FORBIDDEN;
    if (!this.#forbiddenOnly || failedCount !== FORBIDDEN_FROM_THE_START) return;
    const { permission, shutdown } = this.#parts;
    shutdown.drainNow({
      kind: "refused",
      message:
        `the first ${FORBIDDEN_FROM_THE_START} answered rows were all refused with ${FORBIDDEN}. Either the application's ` +
        `role lacks the permission ${permission} (edit the role; the keys stay the same), or these addresses ` +
        "are not yet managed by this account",
    });
  }

  #checkFailures(counts: Readonly<SendCounts>): void {
    const { maxFailures } = this.#rules;
    const { shutdown } = this.#parts;
    if (maxFailures === undefined || shutdown.drain.aborted) return;
    const { failed } = counts;
    const finished = finishedCount(counts);
    const isReached =
      maxFailures.kind === "count"
        ? failed >= maxFailures.count
        : finished >= MIN_ROWS_FOR_PERCENT && failed * 100 >= maxFailures.percent * finished;
    if (!isReached) return;
    shutdown.drainNow({
      kind: "max-failures",
      message: `${failed} of ${finished} finished rows have failed`,
    });
  }
}
