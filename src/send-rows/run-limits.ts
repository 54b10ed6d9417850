import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import { finishedCount, type SendCounts } from "./pending-row.ts";

/** When a run ends before all rows had their turn, though each call by itself went as calls may. */
export interface LimitRules {
  readonly maxFailures?: FailureBound | undefined;
  /** Wall clock: nothing is sent from then on. */
  readonly deadlineEpochMs?: number | undefined;
}

type FailureBound =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

const FORBIDDEN = "err_xdk_operation_forbidden_for_address";
/** So many rows answered, and all of them forbidden: it is not the rows. */
const FORBIDDEN_FROM_THE_START = 100;
/** From so many finished rows on, a percentage of failures says something. */
const PERCENT_COUNTS_FROM = 100;
/** Stops the run at its deadline, after too many failures, and where every row is forbidden from the start. */
export class RunLimits {
  readonly #rules: LimitRules;
  readonly #clock: Clock;
  readonly #shutdown: Shutdown;
  #forbiddenOnly = true;

  constructor(rules: LimitRules, clock: Clock, shutdown: Shutdown) {
    this.#rules = rules;
    this.#clock = clock;
    this.#shutdown = shutdown;
  }

  /** Stops the run if the deadline has passed. */
  checkDeadline(): void {
    const { deadlineEpochMs } = this.#rules;
    if (
      deadlineEpochMs === undefined ||
      this.#shutdown.drain.aborted ||
      this.#clock.epochMs() < deadlineEpochMs
    )
      return;
    this.#shutdown.drainNow({
      kind: "deadline",
      message: `the deadline, ${new Date(deadlineEpochMs).toISOString()}, is reached`,
    });
  }

  /**
   * Stops the run when the deadline comes, unless it is over before. A timer alone would come late on a machine that
   * slept: {@link checkDeadline} is to be asked before each call too.
   */
  async watchDeadline(over: AbortSignal): Promise<void> {
    const { deadlineEpochMs } = this.#rules;
    if (deadlineEpochMs === undefined) return;
    const ended = AbortSignal.any([over, this.#shutdown.drain]);
    // A timer can be early by a moment, and late by hours.
    while (!ended.aborted && this.#clock.epochMs() < deadlineEpochMs) {
      await this.#clock.sleep(Math.max(1, deadlineEpochMs - this.#clock.epochMs()), ended);
    }
    if (!ended.aborted) this.checkDeadline();
  }

  /** To be told of every row that ended, with the counts that include it. */
  ended(ended: SentOutcome, failure: Failure | undefined, counts: Readonly<SendCounts>): void {
    this.#checkForbidden(ended, failure, counts.failed);
    this.#checkFailures(counts);
  }

  #checkForbidden(ended: SentOutcome, failure: Failure | undefined, failedCount: number): void {
    if (ended === "unknown" || !this.#forbiddenOnly) return;
    this.#forbiddenOnly = ended === "failed" && failure?.code === FORBIDDEN;
    if (!this.#forbiddenOnly || failedCount !== FORBIDDEN_FROM_THE_START) return;
    this.#shutdown.drainNow({
      kind: "refused",
      message:
        `the first ${FORBIDDEN_FROM_THE_START} answered rows were all refused with ${FORBIDDEN}. Either the application's ` +
        "role lacks the permission Directories | Groups | Edit (edit the role; the keys stay the same), or these addresses " +
        "are not yet managed by this account",
    });
  }

  #checkFailures(counts: Readonly<SendCounts>): void {
    const { maxFailures } = this.#rules;
    if (maxFailures === undefined || this.#shutdown.drain.aborted) return;
    const { failed } = counts;
    const finished = finishedCount(counts);
    const isOver =
      maxFailures.kind === "count"
        ? failed >= maxFailures.count
        : finished >= PERCENT_COUNTS_FROM && failed * 100 >= maxFailures.percent * finished;
    if (!isOver) return;
    this.#shutdown.drainNow({
      kind: "max-failures",
      message: `${failed} of ${finished} finished rows have failed`,
    });
  }
}
