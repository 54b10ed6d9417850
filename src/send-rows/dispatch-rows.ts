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
  /** Maximum number of calls in flight. */
  readonly concurrency: number;
  /** Maximum number of rows to send. */
  readonly limit?: number | undefined;
}

export interface DispatchParts {
  /** Returns at most `count` rows after `position`, in the order of sending. */
  readonly nextRows: (position: number, count: number) => readonly SendableRow[];
  /** Rows that {@link nextRows} returns in all. */
  readonly rowCount: number;
  readonly queue: PrimaryQueue<PendingRow>;
  readonly sender: BatchSender;
  readonly recorder: OutcomeRecorder;
  readonly flowControl: FlowControl;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
}

/** Maximum number of rows in memory: queued, in flight and delayed. */
const MIN_MAX_QUEUED = 2_000;
/** Large batches need more: this many times the rows in flight. Otherwise too few are left to fill the batches. */
const QUEUED_PER_IN_FLIGHT = 3;

/**
 * Sends rows until none is left or the run drains. One loop gives p-limit as many batches as there are lanes, and no
 * more. A lane makes one attempt and is free again, so a delayed row holds no lane. Returns once no call is in flight
 * and the outcome of every row that was tried is in the journal. Throws if the journal can't be written.
 */
export async function dispatchRows(rules: DispatchRules, parts: DispatchParts): Promise<void> {
  const { queue, sender, clock, recorder, shutdown, flowControl } = parts;
  const lanes = pLimit(rules.concurrency);
  const events = new Notify(clock);
  const rowCount = Math.min(parts.rowCount, rules.limit ?? Number.POSITIVE_INFINITY);
  const maxBatch = sender.maxBatchFor(0);
  const maxQueued = Math.max(MIN_MAX_QUEUED, rules.concurrency * maxBatch * QUEUED_PER_IN_FLIGHT);
  // Not p-limit's own count: it falls only after the lane has notified, so the last notification would have no effect.
  let inFlight = 0;
  let loaded = 0;
  let fatal: { readonly error: unknown } | undefined;

  const refill = (): void => {
    if (loaded >= rowCount || queue.size > maxQueued / 2) return;
    const rows = parts.nextRows(loaded, Math.min(maxQueued - queue.size, rowCount - loaded));
    for (const row of rows) queue.add(pendingRow(row, maxBatch));
    loaded += rows.length;
  };

  const attempt = async (rows: readonly PendingRow[]): Promise<void> => {
    try {
      await sender.send(rows);
    } catch (error) {
      if (!(error instanceof StoppedError)) {
        fatal ??= { error };
        // Results can't be recorded any more, so don't wait for them.
        shutdown.abortNow();
      }
    } finally {
      inFlight -= 1;
      events.notify();
    }
  };

  const dispatch = (): void => {
    const nowMs = clock.nowMs();
    const { concurrency } = flowControl;
    if (lanes.concurrency !== concurrency) lanes.concurrency = concurrency;
    while (inFlight < concurrency && flowControl.nextProbeMs <= nowMs) {
      const rows = queue.take(nowMs, sender.batchSize);
      if (rows.length === 0) return;
      inFlight += 1;
      // Not awaited here: `attempt` does not reject, and notifies when it is done.
      void lanes(attempt, rows);
    }
  };

  /** Returns the time until the next dispatch is possible; undefined if it needs a notification first. */
  const waitMs = (): number | undefined => {
    const nowMs = clock.nowMs();
    if (inFlight >= flowControl.concurrency) return undefined;
    const dueMs = queue.isReady ? nowMs : queue.nextDueMs;
    return dueMs === undefined ? undefined : Math.max(dueMs, flowControl.nextProbeMs) - nowMs;
  };

  const done = new AbortController();
  shutdown.drain.addEventListener("abort", () => events.notify(), { signal: done.signal });
  for (;;) {
    if (!shutdown.drain.aborted) {
      refill();
      dispatch();
    }
    if (inFlight === 0 && (shutdown.drain.aborted || queue.size === 0)) break;
    await events.wait(shutdown.drain.aborted ? undefined : waitMs());
  }
  done.abort();
  if (fatal !== undefined) throw fatal.error;
  if (!shutdown.drain.aborted && parts.rowCount > rowCount) {
    shutdown.drainNow({ kind: "limit", message: `--limit ${rowCount} is reached` });
  }
  await recorder.recordUnfinished();
}
