import type { CallOptions } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { AttemptResult, Exchange } from "../domain/response.ts";
import type { Pair } from "../domain/row.ts";
import { backoffMs, type RetryPolicy } from "../engine/backoff.ts";
import { BatchSize } from "../engine/batch-size.ts";
import type { FlowControl } from "../engine/flow-control.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import { type Shutdown, StoppedError } from "../engine/shutdown.ts";
import type { Journal } from "../ledger/journal.ts";
import { effectOnFlow, finishedCount, type PendingRow, type SendHooks } from "./pending-row.ts";
import type { OutcomeRecorder } from "./record-outcomes.ts";
import type { RunLimits } from "./run-limits.ts";

/**
 * Makes one call for all pairs, no two of which have the same alias or the same primary. Whatever the network and
 * Mimecast do is a value in the {@link Exchange}; only what `beforeSend` throws is thrown.
 */
export type BatchCall = (pairs: readonly Pair[], options: CallOptions) => Promise<Exchange>;

export interface BatchRules {
  readonly retry: RetryPolicy;
  readonly inPlaceCodes: ReadonlySet<string>;
  /** The most rows of one call. */
  readonly maxBatchSize: number;
}

export interface BatchSenderParts {
  readonly callBatch: BatchCall;
  readonly queue: PrimaryQueue<PendingRow>;
  readonly journal: Journal;
  readonly recorder: OutcomeRecorder;
  readonly flowControl: FlowControl;
  readonly shutdown: Shutdown;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly hooks: SendHooks;
}

/** One refusal may be the account's, just revoked; the second, with others between, is the row's. */
const MIN_DENIALS = 2;
/** A call of several rows that had no answer: its rows go again in calls of so small a part of it. */
const BATCH_FRACTION_AFTER_NO_RESPONSE = 1 / 4;

/** Makes attempts, one at a time for each row, and decides what follows from each: the one place that does. */
export class BatchSender {
  readonly #rules: BatchRules;
  readonly #parts: BatchSenderParts;
  readonly #batchSize: BatchSize;

  constructor(rules: BatchRules, parts: BatchSenderParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#batchSize = new BatchSize(rules.maxBatchSize);
  }

  /** How many rows a call may carry now. */
  get batchSize(): number {
    return this.#batchSize.current;
  }

  /** The most rows that a row may share its next call with: a row's last attempt tells of it alone. */
  maxBatchFor(attempts: number): number {
    return attempts >= this.#rules.retry.maxAttempts - 1 ? 1 : this.#rules.maxBatchSize;
  }

  /**
   * One call for rows at the head of their primaries, or several where the first is refused as a whole; afterwards
   * each row has left the queue or is parked in it. Throws a StoppedError if nothing may be sent any more, and what
   * keeps the record from being written; rows may then be left as they were.
   */
  async send(rows: readonly PendingRow[]): Promise<void> {
    const exchange = await this.#call(rows);
    this.#parts.recorder.counts.waiting = this.#parts.queue.delayedCount;
    const effect = effectOnFlow(exchange.results);
    const open = await this.#releaseClaims(rows, exchange);
    this.#parts.flowControl.record(exchange, effect);
    const [first] = rows;
    if (effect.kind !== "passed" && first !== undefined)
      this.#parts.hooks.onFailedCall(first, effect.failure);
    if (open.length === rows.length) this.#batchSize.rejected(rows.length);
    else if (effect.kind === "passed") this.#batchSize.accepted(rows.length);
    for (const [index, row] of rows.entries()) {
      const answer = exchange.results[index];
      if (answer !== undefined && answer.kind !== "batch-rejected")
        this.#applyResult(row, answer, exchange, rows.length);
    }
    // Where the answer named whom it refused, the others need no parting.
    const parts = open.length === rows.length ? halves(open) : [open];
    for (const part of parts) if (part.length > 0) await this.send(part);
  }

  async #call(rows: readonly PendingRow[]): Promise<Exchange> {
    const { callBatch, recorder, shutdown, limits, flowControl } = this.#parts;
    let isClaimed = false;
    try {
      const exchange = await callBatch(rows, {
        signal: shutdown.abort,
        drainSignal: shutdown.drain,
        beforeSend: async () => {
          await flowControl.acquire();
          limits.checkDeadline();
          shutdown.throwIfStopped();
          await this.#claim(rows, 1);
          isClaimed = true;
          // Once more: a commit takes a moment.
          limits.checkDeadline();
          shutdown.throwIfStopped();
          flowControl.countSend();
          for (const row of rows) if (row.attempts > 0) recorder.counts.retries += 1;
        },
      });
      // It was waiting for a token, and nobody wants it any more: that tells nothing of Mimecast.
      if (!isClaimed) shutdown.throwIfStopped();
      return exchange;
    } catch (error) {
      if (isClaimed && error instanceof StoppedError) await this.#claim(rows, 0);
      throw error;
    }
  }

  /** Of the rows whose call was no attempt of theirs. Returns those that were refused as a whole. */
  async #releaseClaims(rows: readonly PendingRow[], { results: answers }: Exchange): Promise<PendingRow[]> {
    const untried = rows.filter((_, index) => isNoAttempt(answers[index]));
    if (untried.length > 0) await this.#claim(untried, 0);
    const refused = rows.filter((_, index) => answers[index]?.kind === "batch-rejected");
    for (const row of refused) row.rejectedBatchSize = Math.max(row.rejectedBatchSize, rows.length);
    return refused;
  }

  /** Puts on record that the rows are out for their next attempt (1), or are not any more (0). */
  async #claim(rows: readonly PendingRow[], next: 0 | 1): Promise<void> {
    await this.#parts.journal.claim(rows.map(({ seq, attempts }) => ({ seq, attempts: attempts + next })));
  }

  #applyResult(
    row: PendingRow,
    answer: Exclude<AttemptResult, { kind: "batch-rejected" }>,
    exchange: Exchange,
    rowCount: number,
  ): void {
    if (exchange.requestId !== undefined) row.requestId = exchange.requestId;
    switch (answer.kind) {
      case "applied":
        row.attempts += 1;
        this.#parts.recorder.record(row, "applied");
        break;
      case "rejected":
        row.attempts += 1;
        row.lastResult = answer;
        if (rowCount === 1 && row.rejectedBatchSize > 0) this.#batchSize.forget(row.rejectedBatchSize);
        if (this.#rules.inPlaceCodes.has(answer.failure.code))
          this.#parts.recorder.record(row, "applied", answer.failure);
        else this.#retryOrEnd(row, answer, exchange);
        break;
      case "transient":
        row.attempts += 1;
        row.lastResult = answer;
        this.#retryOrEnd(row, answer, exchange);
        break;
      case "indeterminate":
        this.#markIndeterminate(row, answer.failure, Math.ceil(rowCount * BATCH_FRACTION_AFTER_NO_RESPONSE));
        this.#retryOrEnd(row, answer, exchange);
        break;
      case "unattributed":
        row.maxBatch = 1;
        if (!answer.mayBeInPlace) this.#requeue(row);
        else this.#retryOrEnd(row, this.#markIndeterminate(row, answer.failure, 1), exchange);
        break;
      case "not-executed":
        this.#requeue(row);
        break;
      case "access-denied":
        this.#accessDenied(row, answer.failure);
        break;
      default:
        answer satisfies never;
    }
  }

  /** An attempt that may have done it, or not. */
  #markIndeterminate(
    row: PendingRow,
    failure: Failure,
    maxBatch: number,
  ): NonNullable<PendingRow["lastResult"]> {
    row.attempts += 1;
    row.lastResult = { kind: "indeterminate", failure };
    row.mayBeInPlace = true;
    row.maxBatch = Math.min(row.maxBatch, maxBatch);
    return row.lastResult;
  }

  #retryOrEnd(row: PendingRow, answer: NonNullable<PendingRow["lastResult"]>, exchange: Exchange): void {
    const { failure } = answer;
    const { clock, queue, random, shutdown, hooks } = this.#parts;
    const isLast = row.attempts >= this.#rules.retry.maxAttempts;
    if (failure.retryable && !isLast && !shutdown.abort.aborted) {
      const waitMs = backoffMs(this.#rules.retry, row.attempts, random(), exchange.waitMs);
      row.maxBatch = Math.min(row.maxBatch, this.maxBatchFor(row.attempts));
      queue.delay(row, clock.nowMs() + waitMs);
      hooks.onRetry(row, failure, waitMs);
      return;
    }
    this.#parts.recorder.record(row, answer.kind === "indeterminate" ? "unknown" : "failed", failure);
  }

  #requeue(row: PendingRow): void {
    this.#parts.queue.delay(row, this.#parts.clock.nowMs());
  }

  /**
   * The account was refused, so the row is as it was. But a row that is refused again and again while others
   * get through would never end: then it is the row's own failure.
   */
  #accessDenied(row: PendingRow, failure: Failure): void {
    const finished = finishedCount(this.#parts.recorder.counts);
    if (row.progressAtDenial !== finished) row.denials += 1;
    row.progressAtDenial = finished;
    if (row.denials < Math.max(MIN_DENIALS, this.#rules.retry.maxAttempts)) {
      this.#requeue(row);
      return;
    }
    row.attempts += 1;
    void this.#claim([row], 0).catch(() => this.#parts.shutdown.abortNow());
    this.#parts.recorder.record(row, "failed", failure);
  }
}

/** Whether a call left the row as it was. */
function isNoAttempt(answer: AttemptResult | undefined): boolean {
  switch (answer?.kind) {
    case "not-executed":
    case "access-denied":
    case "batch-rejected":
      return true;
    case "unattributed":
      return !answer.mayBeInPlace;
    default:
      return false;
  }
}

function halves(rows: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}
