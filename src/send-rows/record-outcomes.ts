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

/** Ends rows: counts them, puts on record how they ended, and tells whoever is to know. */
export class OutcomeRecorder {
  readonly counts: SendCounts = { ...NO_COUNTS };
  readonly #parts: OutcomeRecorderParts;
  /** For what is put on record without waiting: the journal keeps its error, and {@link recordUnfinished} throws it. */
  readonly #halt = (): void => this.#parts.shutdown.abortNow();

  constructor(parts: OutcomeRecorderParts) {
    this.#parts = parts;
  }

  /** The row has its outcome, and leaves the queue. */
  record(row: PendingRow, ended: SentOutcome, failure?: Failure): void {
    this.counts[ended] += 1;
    void this.#record(row, ended, failure).catch(this.#halt);
    this.#parts.queue.complete(row);
    this.#parts.hooks.onOutcome(row, ended, failure);
    this.#parts.limits.ended(ended, failure, this.counts);
  }

  /** Puts on record how the rows stand that were tried and can't be tried again, as the run stops. */
  async recordUnfinished(): Promise<void> {
    for (const row of this.#parts.queue.all()) {
      if (row.lastResult === undefined) continue;
      const ended = row.lastResult.kind === "indeterminate" ? "unknown" : "failed";
      this.counts[ended] += 1;
      void this.#record(row, ended, row.lastResult.failure).catch(this.#halt);
    }
    await this.#parts.journal.flush();
  }

  #record(row: PendingRow, ended: SentOutcome, failure: Failure | undefined): Promise<void> {
    return this.#parts.journal.recordOutcome({
      seq: row.seq,
      ended,
      retryable: ended !== "applied" && (failure?.retryable ?? false),
      attempts: row.attempts,
      atEpochMs: this.#parts.clock.epochMs(),
      ...(row.requestId === undefined ? {} : { requestId: row.requestId }),
      ...(failure === undefined ? {} : { code: failure.code, message: messageOf(row, ended, failure) }),
    });
  }
}

function messageOf(row: PendingRow, ended: SentOutcome, failure: Failure): string {
  if (ended === "applied") return `taken for in place: ${failure.message}`;
  if (ended === "unknown" || !row.mayBeInPlace) return failure.message;
  return `${failure.message}; an attempt had no known answer, so the alias may be in place`;
}
