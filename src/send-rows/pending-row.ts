import type { Failure } from "../domain/failure.ts";
import type { WaitWatch } from "../domain/long-wait.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { Answer } from "../domain/response.ts";
import type { CallEffect } from "../engine/flow-control.ts";
import type { SendableRow } from "../ledger/run-queries.ts";

/** A row on its way, with what its attempts came to so far. */
export interface LaneRow extends SendableRow {
  attempts: number;
  /** How the last attempt ended; calls that were never executed leave it as it was. */
  last: Extract<Answer, { kind: "failed" | "hindered" | "unanswered" }> | undefined;
  requestId: string | undefined;
  /** An earlier attempt had no known answer. */
  mayBeInPlace: boolean;
  /** Refusals of the account that this row met while other rows got through. */
  refusals: number;
  /** How many rows had ended when it was refused last; 0 if it never was. */
  refusedAfter: number;
  /** The most rows that it may share a call with, itself included. */
  company: number;
  /** The most rows with which it was in a call that was refused as a whole; 0 if it never was. */
  refusedWith: number;
}

/** A row before its first attempt. All fields are there from the start: the engine is fastest with one shape. */
export function laneRow(row: SendableRow, company: number): LaneRow {
  const { position, seq, line, aliasFor, alias, primaryKey } = row;
  return {
    position,
    seq,
    line,
    aliasFor,
    alias,
    primaryKey,
    attempts: 0,
    last: undefined,
    requestId: undefined,
    mayBeInPlace: false,
    refusals: 0,
    refusedAfter: 0,
    company,
    refusedWith: 0,
  };
}

/** Is told what happens, for people's eyes. */
export interface SendWatch extends WaitWatch {
  ended(row: LaneRow, ended: SentOutcome, failure: Failure | undefined): void;
  /** The row will be tried again in `waitMs`. */
  retrying(row: LaneRow, failure: Failure, waitMs: number): void;
  /** A call had no effect for a reason that is not its rows'; `row` is the first of them. */
  blocked(row: LaneRow, failure: Failure): void;
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
export function effectOf(answers: readonly Answer[]): CallEffect {
  const [first, ...others] = answers;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return PASSED;
  switch (first.kind) {
    case "applied":
    case "failed":
    case "refused-whole":
      return PASSED;
    case "unsettled":
      // A success that names none of its rows is no answer.
      return first.mayBeInPlace ? { kind: "unanswered", failure: first.failure } : PASSED;
    default:
      return first;
  }
}

const PASSED = { kind: "passed" } as const;
