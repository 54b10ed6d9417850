import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { Journal } from "../ledger/journal.ts";
import { NO_COUNTS, type PendingRow, type SendCounts, type SendHooks } from "./pending-row.ts";
import type { RunLimits } from "./run-limits.ts";

export interface OutcomeRecorderParts {
  readonly queue: PrimaryQueue<PendingRow>;
  readonly journal: Journal;
  readonly shutdown: Shutdown;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly hooks: SendHooks;
}

/** Ends rows: counts and records their outcomes, removes them from the queue, and checks the run's limits. */
export class OutcomeRecorder {
  readonly counts: SendCounts = { ...NO_COUNTS };
  readonly #parts: OutcomeRecorderParts;
  /** Handles a failed write that no caller awaits. The journal keeps the error; {@link recordUnfinished} throws it. */
  readonly #abort = (): void => this.#parts.shutdown.abortNow();

  constructor(parts: OutcomeRecorderParts) {
    this.#parts = parts;
  }

  /** Gives a row its outcome, and removes it from the queue. */
  record(row: PendingRow, outcome: SentOutcome, failure?: Failure): void {
    this.counts[outcome] += 1;
    void this.#record(row, outcome, failure).catch(this.#abort);
    this.#parts.queue.complete(row);
    this.#parts.hooks.onOutcome(row, outcome, failure);
    this.#parts.limits.check(outcome, failure, this.counts);
  }

  /** Records the last result of rows that were tried and are still queued, because the run stops. */
  async recordUnfinished(): Promise<void> {
    for (const row of this.#parts.queue.all()) {
      if (row.lastResult === undefined) continue;
      const outcome = row.lastResult.kind === "indeterminate" ? "unknown" : "failed";
      this.counts[outcome] += 1;
      void this.#record(row, outcome, row.lastResult.failure).catch(this.#abort);
    }
    await this.#parts.journal.flush();
  }

  #record(row: PendingRow, outcome: SentOutcome, failure: Failure | undefined): Promise<void> {
    return this.#parts.journal.recordOutcome({
      seq: row.seq,
      ended: outcome,
      retryable: outcome !== "applied" && (failure?.retryable ?? false),
      attempts: row.attempts,
      atEpochMs: this.#parts.clock.epochMs(),
      ...(row.requestId === undefined ? {} : { requestId: row.requestId }),
      ...(failure === undefined ? {} : { code: failure.code, message: messageOf(row, outcome, failure) }),
    });
  }
}

function messageOf(row: PendingRow, outcome: SentOutcome, failure: Failure): string {
  if (outcome === "applied") return `treated as in place: ${failure.message}`;
  if (outcome === "unknown" || !row.mayBeInPlace) return failure.message;
  return `${failure.message}; the effect of an earlier attempt is unknown, so the alias may be in place`;
}
