import pLimit from "p-limit";
import type { Clock } from "../domain/clock.ts";
import type { FlowControl } from "../engine/flow-control.ts";
import { Notify } from "../engine/notify.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import { type Shutdown, StoppedError } from "../engine/shutdown.ts";
import type { SendableRow } from "../ledger/run-queries.ts";
import { type PendingRow, pendingRow } from "./pending-row.ts";
import type { OutcomeRecorder } from "./record-outcomes.ts";
import type { BatchSender } from "./send-batch.ts";

export interface DispatchRules {
  /** Calls in flight, at most. */
  readonly concurrency: number;
  /** Rows that may be sent, at most. */
  readonly limit?: number | undefined;
}

export interface DispatchParts {
  /** Pages of rows in the order of sending: those after `position`, at most `count`. */
  readonly nextRows: (position: number, count: number) => readonly SendableRow[];
  /** Rows that the pages hold in all. */
  readonly rowCount: number;
  readonly queue: PrimaryQueue<PendingRow>;
  readonly sender: BatchSender;
  readonly recorder: OutcomeRecorder;
  readonly flowControl: FlowControl;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
}

/** Rows in memory, at most: ready, in flight and waiting for their retry, all together. */
const PAGE_ROWS = 2_000;
/** Or so many times as many as can be in flight, where calls are of many rows: else none would be left to fill them. */
const PAGE_TIMES_IN_FLIGHT = 3;

/**
 * Sends every row, until there is none left or the run is stopped. One loop feeds as many calls to p-limit as
 * there are lanes, and no more; a lane makes one attempt and is free again, so a row that waits for its retry
 * holds none. Ends when no call is in flight; every row that was tried then has its outcome on record.
 * Throws what keeps the record from being written.
 */
export async function dispatchRows(rules: DispatchRules, parts: DispatchParts): Promise<void> {
  const { queue, sender, clock, recorder, shutdown, flowControl } = parts;
  const lanes = pLimit(rules.concurrency);
  const notify = new Notify(clock);
  const rowCount = Math.min(parts.rowCount, rules.limit ?? Number.POSITIVE_INFINITY);
  const maxBatch = sender.maxBatchFor(0);
  const pageRows = Math.max(PAGE_ROWS, rules.concurrency * maxBatch * PAGE_TIMES_IN_FLIGHT);
  // Not p-limit's own count, which falls only after a lane has rung the bell: the last ring would be in vain.
  let inFlight = 0;
  let loaded = 0;
  let fatal: { readonly error: unknown } | undefined;

  const refill = (): void => {
    if (loaded >= rowCount || queue.size > pageRows / 2) return;
    const rows = parts.nextRows(loaded, Math.min(pageRows - queue.size, rowCount - loaded));
    for (const row of rows) queue.add(pendingRow(row, maxBatch));
    loaded += rows.length;
  };

  const attempt = async (rows: readonly PendingRow[]): Promise<void> => {
    try {
      await sender.send(rows);
    } catch (error) {
      if (!(error instanceof StoppedError)) {
        fatal ??= { error };
        // What comes back can't be put on record any more: nobody needs to wait for it.
        shutdown.abortNow();
      }
    } finally {
      inFlight -= 1;
      notify.notify();
    }
  };

  const dispatch = (): void => {
    const nowMs = clock.nowMs();
    const { concurrency: laneCount } = flowControl;
    if (lanes.concurrency !== laneCount) lanes.concurrency = laneCount;
    while (inFlight < laneCount && flowControl.nextProbeMs <= nowMs) {
      const rows = queue.take(nowMs, sender.batchSize);
      if (rows.length === 0) return;
      inFlight += 1;
      // Not awaited here: `attempt` does not reject, and rings when it is done.
      void lanes(attempt, rows);
    }
  };

  /** How long until something can be dispatched that can't be now; undefined where only a ring can change that. */
  const waitMs = (): number | undefined => {
    const nowMs = clock.nowMs();
    if (inFlight >= flowControl.concurrency) return undefined;
    const dueMs = queue.isReady ? nowMs : queue.nextDueMs;
    return dueMs === undefined ? undefined : Math.max(dueMs, flowControl.nextProbeMs) - nowMs;
  };

  const ring = (): void => notify.notify();
  const finished = new AbortController();
  shutdown.drain.addEventListener("abort", ring, { signal: finished.signal });
  for (;;) {
    if (!shutdown.drain.aborted) {
      refill();
      dispatch();
    }
    if (inFlight === 0 && (shutdown.drain.aborted || queue.size === 0)) break;
    await notify.wait(shutdown.drain.aborted ? undefined : waitMs());
  }
  finished.abort();
  if (fatal !== undefined) throw fatal.error;
  if (!shutdown.drain.aborted && parts.rowCount > rowCount) {
    shutdown.drainNow({ kind: "limit", message: `--limit ${rowCount} is reached` });
  }
  await recorder.recordUnfinished();
}
