import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { AttemptResult, Exchange } from "../domain/response.ts";
import { backoffMs, type RetryPolicy } from "../engine/backoff.ts";
import { BatchSize } from "../engine/batch-size.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import { type ClaimedCallParts, callClaimed, claim, releaseClaims } from "./claimed-call.ts";
import { effectOnFlow, finishedCount, type PendingRow, type SendHooks } from "./pending-row.ts";

export interface BatchRules {
  readonly retry: RetryPolicy;
  /** API error codes that mean "already set": the row counts as applied. */
  readonly inPlaceCodes: ReadonlySet<string>;
  /** Maximum number of rows in one call. */
  readonly maxBatchSize: number;
}

export interface BatchSenderParts extends ClaimedCallParts {
  readonly queue: PrimaryQueue<PendingRow>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly hooks: SendHooks;
}

/** One denial may be the account's, if its access was just revoked. A second one, after successes, is the row's. */
const MIN_DENIALS = 2;
/** After a batch without a response, its rows are retried in batches of this fraction of its size. */
const BATCH_FRACTION_AFTER_NO_RESPONSE = 1 / 4;

/** Sends rows and decides what follows from each result. Only this class decides. */
export class BatchSender {
  readonly #rules: BatchRules;
  readonly #parts: BatchSenderParts;
  readonly #batchSize: BatchSize;

  constructor(rules: BatchRules, parts: BatchSenderParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#batchSize = new BatchSize(rules.maxBatchSize);
  }

  /** The number of rows that a call may carry now. */
  get batchSize(): number {
    return this.#batchSize.current;
  }

  /** Returns the largest batch for a row's next call. Its last attempt is alone, so that the result is its own. */
  maxBatchFor(attempts: number): number {
    return attempts >= this.#rules.retry.maxAttempts - 1 ? 1 : this.#rules.maxBatchSize;
  }

  /**
   * Sends rows that are the first of their primaries in one call, or in several if the batch is rejected. Afterwards
   * each row has ended or is delayed. Throws a StoppedError once the run drains, and any error of the journal. The
   * rows that it did not get to then stay as they were.
   */
  async send(rows: readonly PendingRow[]): Promise<void> {
    const exchange = await callClaimed(rows, this.#parts);
    this.#parts.recorder.counts.waiting = this.#parts.queue.delayedCount;
    const effect = effectOnFlow(exchange.results);
    const rejected = await releaseClaims(rows, exchange, this.#parts.journal);
    this.#parts.flowControl.record(exchange, effect);
    const [first] = rows;
    if (effect.kind !== "passed" && first !== undefined)
      this.#parts.hooks.onFailedCall(first, effect.failure);
    if (rejected.length === rows.length) this.#batchSize.rejected(rows.length);
    else if (effect.kind === "passed") this.#batchSize.accepted(rows.length);
    for (const [index, row] of rows.entries()) {
      const result = exchange.results[index];
      if (result !== undefined && result.kind !== "batch-rejected")
        this.#applyResult(row, result, exchange, rows.length);
    }
    // If the answer names the rows that it rejected, the others need no split.
    const parts = rejected.length === rows.length ? halves(rejected) : [rejected];
    for (const part of parts) if (part.length > 0) await this.send(part);
  }

  #applyResult(
    row: PendingRow,
    result: Exclude<AttemptResult, { kind: "batch-rejected" }>,
    exchange: Exchange,
    rowCount: number,
  ): void {
    if (exchange.requestId !== undefined) row.requestId = exchange.requestId;
    switch (result.kind) {
      case "applied":
        row.attempts += 1;
        this.#parts.recorder.record(row, "applied");
        break;
      case "rejected":
        row.attempts += 1;
        row.lastResult = result;
        if (rowCount === 1 && row.rejectedBatchSize > 0) this.#batchSize.forget(row.rejectedBatchSize);
        if (this.#rules.inPlaceCodes.has(result.failure.code))
          this.#parts.recorder.record(row, "applied", result.failure);
        else this.#retryOrEnd(row, result, exchange);
        break;
      case "transient":
        row.attempts += 1;
        row.lastResult = result;
        this.#retryOrEnd(row, result, exchange);
        break;
      case "indeterminate":
        this.#markIndeterminate(row, result.failure, Math.ceil(rowCount * BATCH_FRACTION_AFTER_NO_RESPONSE));
        this.#retryOrEnd(row, result, exchange);
        break;
      case "unattributed":
        row.maxBatch = 1;
        if (!result.mayBeInPlace) this.#requeue(row);
        else this.#retryOrEnd(row, this.#markIndeterminate(row, result.failure, 1), exchange);
        break;
      case "not-executed":
        this.#requeue(row);
        break;
      case "access-denied":
        this.#accessDenied(row, result.failure);
        break;
      default:
        result satisfies never;
    }
  }

  /** Notes an attempt that may have set the alias. */
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

  #retryOrEnd(row: PendingRow, result: NonNullable<PendingRow["lastResult"]>, exchange: Exchange): void {
    const { failure } = result;
    const { clock, queue, random, shutdown, hooks } = this.#parts;
    const isLast = row.attempts >= this.#rules.retry.maxAttempts;
    if (failure.retryable && !isLast && !shutdown.abort.aborted) {
      const waitMs = backoffMs(this.#rules.retry, row.attempts, random(), exchange.waitMs);
      row.maxBatch = Math.min(row.maxBatch, this.maxBatchFor(row.attempts));
      queue.delay(row, clock.nowMs() + waitMs);
      hooks.onRetry(row, failure, waitMs);
      return;
    }
    this.#parts.recorder.record(row, result.kind === "indeterminate" ? "unknown" : "failed", failure);
  }

  #requeue(row: PendingRow): void {
    this.#parts.queue.delay(row, this.#parts.clock.nowMs());
  }

  /**
   * Requeues a row whose call was denied access: that is the account's failure, not the row's. A row that is denied
   * again and again while others get through would never end, so its denial counts as its own failure.
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
    void claim([row], 0, this.#parts.journal).catch(() => this.#parts.shutdown.abortNow());
    this.#parts.recorder.record(row, "failed", failure);
  }
}

/** Splits rows into two parts, the first not smaller than the second. */
function halves(rows: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}
