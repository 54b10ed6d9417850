import type { Failure } from "../domain/failure.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { AttemptResult } from "../domain/response.ts";
import type { CallEffect } from "../engine/flow-control.ts";
import type { SendableRow } from "../ledger/run-queries.ts";

/** A row on its way, with what its attempts came to so far. */
export interface PendingRow extends SendableRow {
  attempts: number;
  /** How the last attempt ended; calls that were never executed leave it as it was. */
  lastResult: Extract<AttemptResult, { kind: "rejected" | "transient" | "indeterminate" }> | undefined;
  requestId: string | undefined;
  /** An earlier attempt had no known answer. */
  mayBeInPlace: boolean;
  /** Refusals of the account that this row met while other rows got through. */
  denials: number;
  /** How many rows had ended when it was refused last; 0 if it never was. */
  progressAtDenial: number;
  /** The most rows that it may share a call with, itself included. */
  maxBatch: number;
  /** The most rows with which it was in a call that was refused as a whole; 0 if it never was. */
  rejectedBatchSize: number;
}

/** A row before its first attempt. All fields are there from the start: the engine is fastest with one shape. */
export function pendingRow(row: SendableRow, maxBatch: number): PendingRow {
  const { position, seq, line, aliasFor, alias, primaryKey } = row;
  return {
    position,
    seq,
    line,
    aliasFor,
    alias,
    primaryKey,
    attempts: 0,
    lastResult: undefined,
    requestId: undefined,
    mayBeInPlace: false,
    denials: 0,
    progressAtDenial: 0,
    maxBatch: maxBatch,
    rejectedBatchSize: 0,
  };
}

/** Is told what happens, for people's eyes. */
export interface SendHooks extends WaitHooks {
  onOutcome(row: PendingRow, ended: SentOutcome, failure: Failure | undefined): void;
  /** The row will be tried again in `waitMs`. */
  onRetry(row: PendingRow, failure: Failure, waitMs: number): void;
  /** A call had no effect for a reason that is not its rows'; `row` is the first of them. */
  onFailedCall(row: PendingRow, failure: Failure): void;
}

/** What became of rows, counted while they are sent. */
export interface SendCounts {
  applied: number;
  failed: number;
  unknown: number;
  /** Attempts after a row's first. */
  retries: number;
  /** Rows that wait for their retry now. */
  waiting: number;
}

export const NO_COUNTS: Readonly<SendCounts> = { applied: 0, failed: 0, unknown: 0, retries: 0, waiting: 0 };

/** Rows that have their outcome. */
export function finishedCount({ applied, failed, unknown }: Readonly<SendCounts>): number {
  return applied + failed + unknown;
}

/**
 * What a call means for the others. It got through if Mimecast judged its rows, whatever the judgement; an answer
 * that tells rows apart did so.
 */
export function effectOnFlow(answers: readonly AttemptResult[]): CallEffect {
  const [first, ...others] = answers;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return PASSED;
  switch (first.kind) {
    case "applied":
    case "rejected":
    case "batch-rejected":
      return PASSED;
    case "unattributed":
      // A success that names none of its rows is no answer.
      return first.mayBeInPlace ? { kind: "indeterminate", failure: first.failure } : PASSED;
    default:
      return first;
  }
}

const PASSED = { kind: "passed" } as const;
