import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import type { Stop } from "../engine/shutdown.ts";
import type { Journal } from "../ledger/journal.ts";
import { type LaneRow, NO_COUNTS, type SendCounts, type SendWatch } from "./pending-row.ts";
import type { StopWatch } from "./run-limits.ts";

export interface EndingParts {
  readonly journal: Journal;
  readonly stop: Stop;
  readonly stops: StopWatch;
  readonly clock: Clock;
  readonly watch: SendWatch;
}

/** Ends rows: counts them, puts on record how they ended, and tells whoever is to know. */
export class RowEndings {
  readonly counts: SendCounts = { ...NO_COUNTS };
  readonly #parts: EndingParts;
  /** For what is put on record without waiting: the journal keeps its error, and {@link leave} throws it. */
  readonly #halt = (): void => this.#parts.stop.abandon();

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** The row has its outcome, and leaves the queue. */
  end(row: LaneRow, queue: PrimaryQueue<LaneRow>, ended: SentOutcome, failure?: Failure): void {
    this.counts[ended] += 1;
    void this.#record(row, ended, failure).catch(this.#halt);
    queue.settle(row);
    this.#parts.watch.ended(row, ended, failure);
    this.#parts.stops.ended(ended, failure, this.counts);
  }

  /** Puts on record how the rows stand that were tried and can't be tried again, as the run stops. */
  async leave(rows: Iterable<LaneRow>): Promise<void> {
    for (const row of rows) {
      if (row.last === undefined) continue;
      const ended = row.last.kind === "unanswered" ? "unknown" : "failed";
      this.counts[ended] += 1;
      void this.#record(row, ended, row.last.failure).catch(this.#halt);
    }
    await this.#parts.journal.flush();
  }

  #record(row: LaneRow, ended: SentOutcome, failure: Failure | undefined): Promise<void> {
    return this.#parts.journal.end({
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

function messageOf(row: LaneRow, ended: SentOutcome, failure: Failure): string {
  if (ended === "applied") return `taken for in place: ${failure.message}`;
  if (ended === "unknown" || !row.mayBeInPlace) return failure.message;
  return `${failure.message}; an attempt had no known answer, so the alias may be in place`;
}
