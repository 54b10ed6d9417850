import type { CallOptions } from "../domain/api.ts";
import type { Pair } from "../domain/parsed-record.ts";
import type { AttemptResult, Exchange } from "../domain/response.ts";
import type { FlowControl } from "../engine/flow-control.ts";
import { type Shutdown, StoppedError } from "../engine/shutdown.ts";
import type { Journal } from "../ledger/journal.ts";
import type { PendingRow } from "./pending-row.ts";
import type { OutcomeRecorder } from "./record-outcomes.ts";
import type { RunLimits } from "./run-limits.ts";

/**
 * Makes one call for all pairs, no two of which have the same alias or the same primary. Returns whatever the network
 * and Mimecast do as a value, and throws only what `beforeSend` throws.
 */
export type BatchCall = (pairs: readonly Pair[], options: CallOptions) => Promise<Exchange>;

export interface ClaimedCallParts {
  readonly callBatch: BatchCall;
  readonly journal: Journal;
  readonly recorder: OutcomeRecorder;
  readonly flowControl: FlowControl;
  readonly limits: RunLimits;
  readonly shutdown: Shutdown;
}

/**
 * Makes one call for a batch, whose rows are claimed in the journal before the request leaves. Throws a StoppedError if
 * the run drains before that; the claims are then released.
 */
export async function callClaimed(rows: readonly PendingRow[], parts: ClaimedCallParts): Promise<Exchange> {
  const { callBatch, journal, recorder, flowControl, limits, shutdown } = parts;
  let isClaimed = false;
  try {
    const exchange = await callBatch(rows, {
      signal: shutdown.abort,
      drainSignal: shutdown.drain,
      beforeSend: async () => {
        await flowControl.acquire();
        limits.checkDeadline();
        shutdown.throwIfStopped();
        await claim(rows, 1, journal);
        isClaimed = true;
        // Check again: the commit of the claims takes time.
        limits.checkDeadline();
        shutdown.throwIfStopped();
        flowControl.countSend();
        for (const row of rows) if (row.attempts > 0) recorder.counts.retries += 1;
      },
    });
    // The run drained while the call waited for a token. That is not evidence of an outage.
    if (!isClaimed) shutdown.throwIfStopped();
    return exchange;
  } catch (error) {
    if (isClaimed && error instanceof StoppedError) await claim(rows, 0, journal);
    throw error;
  }
}

/** Releases the claims of rows for which the call was not an attempt. Returns the rows of a rejected batch. */
export async function releaseClaims(
  rows: readonly PendingRow[],
  { results }: Exchange,
  journal: Journal,
): Promise<PendingRow[]> {
  const untried = rows.filter((_, index) => isNotAttempt(results[index]));
  if (untried.length > 0) await claim(untried, 0, journal);
  const rejected = rows.filter((_, index) => results[index]?.kind === "batch-rejected");
  for (const row of rejected) row.rejectedBatchSize = Math.max(row.rejectedBatchSize, rows.length);
  return rejected;
}

/** Claims the rows for their next attempt (1), or releases the claim (0). */
export async function claim(rows: readonly PendingRow[], next: 0 | 1, journal: Journal): Promise<void> {
  await journal.claim(rows.map(({ seq, attempts }) => ({ seq, attempts: attempts + next })));
}

/** Returns true if the call left the row as it was. */
function isNotAttempt(result: AttemptResult | undefined): boolean {
  switch (result?.kind) {
    case "not-executed":
    case "access-denied":
    case "batch-rejected":
      return true;
    case "unattributed":
      return !result.mayBeInPlace;
    default:
      return false;
  }
}
