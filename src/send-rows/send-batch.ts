import type { AliasUpdater } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { Answer, Exchange } from "../domain/response.ts";
import { backoffMs, type RetryPolicy } from "../engine/backoff.ts";
import { RowsPerCall } from "../engine/batch-size.ts";
import type { Traffic } from "../engine/flow-control.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import { type Stop, StoppedError } from "../engine/shutdown.ts";
import type { Journal } from "../ledger/journal.ts";
import { effectOf, finishedCount, type LaneRow, type SendWatch } from "./pending-row.ts";
import type { RowEndings } from "./record-outcomes.ts";
import type { StopWatch } from "./run-limits.ts";

export interface AttemptRules {
  readonly retry: RetryPolicy;
  readonly inPlaceCodes: ReadonlySet<string>;
  /** The most rows of one call. */
  readonly rowsPerCall: number;
}

export interface AttemptParts {
  readonly client: AliasUpdater;
  readonly journal: Journal;
  readonly endings: RowEndings;
  readonly traffic: Traffic;
  readonly stop: Stop;
  readonly stops: StopWatch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly watch: SendWatch;
}

/** One refusal may be the account's, just revoked; the second, with others between, is the row's. */
const FEWEST_REFUSALS = 2;
/** A call of several rows that had no answer: its rows go again in calls of so small a part of it. */
const COMPANY_AFTER_SILENCE = 1 / 4;

/** Makes attempts, one at a time for each row, and decides what follows from each: the one place that does. */
export class RowAttempts {
  readonly #rules: AttemptRules;
  readonly #parts: AttemptParts;
  readonly #rowsPerCall: RowsPerCall;

  constructor(rules: AttemptRules, parts: AttemptParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#rowsPerCall = new RowsPerCall(rules.rowsPerCall);
  }

  /** How many rows a call may carry now. */
  get rowsPerCall(): number {
    return this.#rowsPerCall.now;
  }

  /** The most rows that a row may share its next call with: a row's last attempt tells of it alone. */
  companyOf(attempts: number): number {
    return attempts >= this.#rules.retry.maxAttempts - 1 ? 1 : this.#rules.rowsPerCall;
  }

  /**
   * One call for rows at the head of their primaries, or several where the first is refused as a whole; afterwards
   * each row has left the queue or is parked in it. Throws a StoppedError if nothing may be sent any more, and what
   * keeps the record from being written; rows may then be left as they were.
   */
  async make(rows: readonly LaneRow[], queue: PrimaryQueue<LaneRow>): Promise<void> {
    const exchange = await this.#call(rows);
    this.#parts.endings.counts.waiting = queue.parkedCount;
    const effect = effectOf(exchange.answers);
    const open = await this.#takeBackClaims(rows, exchange);
    this.#parts.traffic.took(exchange, effect);
    const [first] = rows;
    if (effect.kind !== "passed" && first !== undefined) this.#parts.watch.blocked(first, effect.failure);
    if (open.length === rows.length) this.#rowsPerCall.refused(rows.length);
    else if (effect.kind === "passed") this.#rowsPerCall.accepted(rows.length);
    for (const [index, row] of rows.entries()) {
      const answer = exchange.answers[index];
      if (answer !== undefined && answer.kind !== "refused-whole")
        this.#took(row, answer, exchange, rows.length, queue);
    }
    // Where the answer named whom it refused, the others need no parting.
    const parts = open.length === rows.length ? halves(open) : [open];
    for (const part of parts) if (part.length > 0) await this.make(part, queue);
  }

  async #call(rows: readonly LaneRow[]): Promise<Exchange> {
    const { client, endings, stop, stops, traffic } = this.#parts;
    let isClaimed = false;
    try {
      const exchange = await client.updateAliases(rows, {
        signal: stop.calls,
        sending: stop.sending,
        beforeSend: async () => {
          await traffic.permit();
          stops.checkDeadline();
          stop.throwIfStopped();
          await this.#claim(rows, 1);
          isClaimed = true;
          // Once more: a commit takes a moment.
          stops.checkDeadline();
          stop.throwIfStopped();
          traffic.leaving();
          for (const row of rows) if (row.attempts > 0) endings.counts.retries += 1;
        },
      });
      // It was waiting for a token, and nobody wants it any more: that tells nothing of Mimecast.
      if (!isClaimed) stop.throwIfStopped();
      return exchange;
    } catch (error) {
      if (isClaimed && error instanceof StoppedError) await this.#claim(rows, 0);
      throw error;
    }
  }

  /** Of the rows whose call was no attempt of theirs. Returns those that were refused as a whole. */
  async #takeBackClaims(rows: readonly LaneRow[], { answers }: Exchange): Promise<LaneRow[]> {
    const untried = rows.filter((_, index) => isNoAttempt(answers[index]));
    if (untried.length > 0) await this.#claim(untried, 0);
    const refused = rows.filter((_, index) => answers[index]?.kind === "refused-whole");
    for (const row of refused) row.refusedWith = Math.max(row.refusedWith, rows.length);
    return refused;
  }

  /** Puts on record that the rows are out for their next attempt (1), or are not any more (0). */
  async #claim(rows: readonly LaneRow[], next: 0 | 1): Promise<void> {
    await this.#parts.journal.claim(rows.map(({ seq, attempts }) => ({ seq, attempts: attempts + next })));
  }

  #took(
    row: LaneRow,
    answer: Exclude<Answer, { kind: "refused-whole" }>,
    exchange: Exchange,
    rowCount: number,
    queue: PrimaryQueue<LaneRow>,
  ): void {
    if (exchange.requestId !== undefined) row.requestId = exchange.requestId;
    switch (answer.kind) {
      case "applied":
        row.attempts += 1;
        this.#parts.endings.end(row, queue, "applied");
        break;
      case "failed":
        row.attempts += 1;
        row.last = answer;
        if (rowCount === 1 && row.refusedWith > 0) this.#rowsPerCall.explained(row.refusedWith);
        if (this.#rules.inPlaceCodes.has(answer.failure.code))
          this.#parts.endings.end(row, queue, "applied", answer.failure);
        else this.#retryOrEnd(row, queue, answer, exchange);
        break;
      case "hindered":
        row.attempts += 1;
        row.last = answer;
        this.#retryOrEnd(row, queue, answer, exchange);
        break;
      case "unanswered":
        this.#leftInDoubt(row, answer.failure, Math.ceil(rowCount * COMPANY_AFTER_SILENCE));
        this.#retryOrEnd(row, queue, answer, exchange);
        break;
      case "unsettled":
        row.company = 1;
        if (!answer.mayBeInPlace) this.#putBack(row, queue);
        else this.#retryOrEnd(row, queue, this.#leftInDoubt(row, answer.failure, 1), exchange);
        break;
      case "not-executed":
        this.#putBack(row, queue);
        break;
      case "refused":
        this.#refused(row, queue, answer.failure);
        break;
      default:
        answer satisfies never;
    }
  }

  /** An attempt that may have done it, or not. */
  #leftInDoubt(row: LaneRow, failure: Failure, company: number): NonNullable<LaneRow["last"]> {
    row.attempts += 1;
    row.last = { kind: "unanswered", failure };
    row.mayBeInPlace = true;
    row.company = Math.min(row.company, company);
    return row.last;
  }

  #retryOrEnd(
    row: LaneRow,
    queue: PrimaryQueue<LaneRow>,
    answer: NonNullable<LaneRow["last"]>,
    exchange: Exchange,
  ): void {
    const { failure } = answer;
    const { clock, random, stop, watch } = this.#parts;
    const isLast = row.attempts >= this.#rules.retry.maxAttempts;
    if (failure.retryable && !isLast && !stop.calls.aborted) {
      const waitMs = backoffMs(this.#rules.retry, row.attempts, random(), exchange.waitMs);
      row.company = Math.min(row.company, this.companyOf(row.attempts));
      queue.park(row, clock.nowMs() + waitMs);
      watch.retrying(row, failure, waitMs);
      return;
    }
    this.#parts.endings.end(row, queue, answer.kind === "unanswered" ? "unknown" : "failed", failure);
  }

  #putBack(row: LaneRow, queue: PrimaryQueue<LaneRow>): void {
    queue.park(row, this.#parts.clock.nowMs());
  }

  /**
   * The account was refused, so the row is as it was. But a row that is refused again and again while others
   * get through would never end: then it is the row's own failure.
   */
  #refused(row: LaneRow, queue: PrimaryQueue<LaneRow>, failure: Failure): void {
    const finished = finishedCount(this.#parts.endings.counts);
    if (row.refusedAfter !== finished) row.refusals += 1;
    row.refusedAfter = finished;
    if (row.refusals < Math.max(FEWEST_REFUSALS, this.#rules.retry.maxAttempts)) {
      this.#putBack(row, queue);
      return;
    }
    row.attempts += 1;
    void this.#claim([row], 0).catch(() => this.#parts.stop.abandon());
    this.#parts.endings.end(row, queue, "failed", failure);
  }
}

/** Whether a call left the row as it was. */
function isNoAttempt(answer: Answer | undefined): boolean {
  switch (answer?.kind) {
    case "not-executed":
    case "refused":
    case "refused-whole":
      return true;
    case "unsettled":
      return !answer.mayBeInPlace;
    default:
      return false;
  }
}

function halves(rows: readonly LaneRow[]): readonly (readonly LaneRow[])[] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}
