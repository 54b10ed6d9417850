import pLimit from "p-limit";
import type { Clock } from "../domain/clock.ts";
import { Bell } from "../engine/bell.ts";
import type { Breaker } from "../engine/breaker.ts";
import { PrimaryQueue } from "../engine/primary-queue.ts";
import { type Stop, StoppedError } from "../engine/stop.ts";
import type { SendableRow } from "../ledger/run-reader.ts";
import type { LaneRow } from "./lane-row.ts";
import type { RowAttempts } from "./row-attempts.ts";
import type { StopWatch } from "./stop-rules.ts";

export interface SendRules {
  /** Calls in flight, at most. */
  readonly concurrency: number;
  /** Rows that may be sent, at most. */
  readonly limit?: number | undefined;
  /** Wall clock: nothing is sent from then on. */
  readonly deadlineEpochMs?: number | undefined;
}

export interface SendParts {
  /** Pages of rows in the order of sending: those after `position`, at most `count`. */
  readonly nextRows: (position: number, count: number) => readonly SendableRow[];
  /** Rows that the pages hold in all. */
  readonly rowCount: number;
  readonly attempts: RowAttempts;
  readonly breaker: Breaker;
  readonly stop: Stop;
  readonly stops: StopWatch;
  readonly clock: Clock;
}

/** Rows in memory, at most: ready, in flight and waiting for their retry, all together. */
const PAGE_ROWS = 2_000;

/**
 * Sends every row, until there is none left or the run is stopped. One loop feeds as many rows to p-limit as
 * there are lanes, and no more; a lane makes one attempt and is free again, so a row that waits for its retry
 * holds none. Ends when no call is in flight; every row that was tried then has its outcome on record.
 * Throws what keeps the record from being written.
 */
export async function sendRows(rules: SendRules, parts: SendParts): Promise<void> {
  const { attempts, breaker, clock, stop } = parts;
  const lanes = pLimit(rules.concurrency);
  const queue = new PrimaryQueue<LaneRow>();
  const bell = new Bell(clock);
  const rowCount = Math.min(parts.rowCount, rules.limit ?? Number.POSITIVE_INFINITY);
  // Not p-limit's own count, which falls only after a lane has rung the bell: the last ring would be in vain.
  let inFlight = 0;
  let loaded = 0;
  let fatal: { readonly error: unknown } | undefined;

  const refill = (): void => {
    if (loaded >= rowCount || queue.size > PAGE_ROWS / 2) return;
    const rows = parts.nextRows(loaded, Math.min(PAGE_ROWS - queue.size, rowCount - loaded));
    for (const row of rows)
      queue.add({ ...row, attempts: 0, refusals: 0, refusedAfter: 0, mayBeInPlace: false });
    loaded += rows.length;
  };

  const attempt = async (row: LaneRow): Promise<void> => {
    try {
      await parts.attempts.make(row, queue);
    } catch (error) {
      queue.park(row, clock.nowMs());
      if (!(error instanceof StoppedError)) {
        fatal ??= { error };
        // What comes back can't be put on record any more: nobody needs to wait for it.
        stop.abandon();
      }
    } finally {
      inFlight -= 1;
      bell.ring();
    }
  };

  const dispatch = (): void => {
    const nowMs = clock.nowMs();
    const laneCount = breaker.probing ? 1 : rules.concurrency;
    while (inFlight < laneCount && breaker.nextProbeMs <= nowMs) {
      const row = queue.take(nowMs);
      if (row === undefined) return;
      inFlight += 1;
      // Not awaited here: `attempt` does not reject, and rings when it is done.
      void lanes(attempt, row);
    }
  };

  /** How long until something can be dispatched that can't be now; undefined where only a ring can change that. */
  const waitMs = (): number | undefined => {
    const nowMs = clock.nowMs();
    if (inFlight >= (breaker.probing ? 1 : rules.concurrency)) return undefined;
    const dueMs = queue.readyCount > 0 ? nowMs : queue.nextDueMs;
    return dueMs === undefined ? undefined : Math.max(dueMs, breaker.nextProbeMs) - nowMs;
  };

  const ring = (): void => bell.ring();
  const finished = new AbortController();
  stop.sending.addEventListener("abort", ring, { signal: finished.signal });
  void stopAtDeadline(rules, parts, AbortSignal.any([stop.sending, finished.signal]));
  for (;;) {
    if (!stop.sending.aborted) {
      refill();
      dispatch();
    }
    if (inFlight === 0 && (stop.sending.aborted || queue.size === 0)) break;
    await bell.wait(stop.sending.aborted ? undefined : waitMs());
  }
  finished.abort();
  if (fatal !== undefined) throw fatal.error;
  if (!stop.sending.aborted && parts.rowCount > rowCount) {
    stop.stop({ kind: "limit", message: `--limit ${rowCount} is reached` });
  }
  await attempts.leave(queue.all());
}

/** A timer alone would come late on a machine that slept; {@link RowAttempts} asks the clock before each call too. */
async function stopAtDeadline(rules: SendRules, parts: SendParts, finished: AbortSignal): Promise<void> {
  if (rules.deadlineEpochMs === undefined) return;
  // A timer can be early by a moment, and late by hours.
  while (!finished.aborted && parts.clock.epochMs() < rules.deadlineEpochMs) {
    await parts.clock.sleep(Math.max(1, rules.deadlineEpochMs - parts.clock.epochMs()), finished);
  }
  if (!finished.aborted) parts.stops.checkDeadline();
}
