import type { Answer, Exchange } from "../domain/answer.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { AliasUpdater } from "../domain/updater.ts";
import type { Breaker } from "../engine/breaker.ts";
import type { Permits } from "../engine/permit.ts";
import type { PrimaryQueue } from "../engine/primary-queue.ts";
import type { QuotaGovernor } from "../engine/quota.ts";
import { backoffMs, type RetryPolicy } from "../engine/retry.ts";
import { type Stop, StoppedError } from "../engine/stop.ts";
import type { Journal } from "../ledger/journal.ts";
import { finishedCount, type LaneRow, NO_COUNTS, type SendCounts, type SendWatch } from "./lane-row.ts";
import type { StopWatch } from "./stop-rules.ts";

export interface AttemptRules {
  readonly retry: RetryPolicy;
  readonly inPlaceCodes: ReadonlySet<string>;
}

export interface AttemptParts {
  readonly client: AliasUpdater;
  readonly journal: Journal;
  readonly governor: QuotaGovernor;
  readonly permits: Permits;
  readonly breaker: Breaker;
  readonly stop: Stop;
  readonly stops: StopWatch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly watch: SendWatch;
}

/** One refusal may be the account's, just revoked; the second, with others between, is the row's. */
const FEWEST_REFUSALS = 2;
/** The first wait after a 429 that told nothing; it doubles with each further one, up to the ceiling. */
const THROTTLED_BASE_MS = 1_000;
const THROTTLED_CEILING_MS = 15_000;

/** Makes attempts, one at a time for each row, and decides what follows from each: the one place that does. */
export class RowAttempts {
  readonly counts: SendCounts = { ...NO_COUNTS };
  readonly #rules: AttemptRules;
  readonly #parts: AttemptParts;
  /** For what is put on record without waiting: the journal keeps its error, and {@link leave} throws it. */
  readonly #halt = (): void => this.#parts.stop.abandon();
  #throttledInRow = 0;

  constructor(rules: AttemptRules, parts: AttemptParts) {
    this.#rules = rules;
    this.#parts = parts;
  }

  /**
   * One call for the row at the head of its primary; afterwards the row has left the queue or is parked in it.
   * Throws a StoppedError if nothing may be sent any more, and what keeps the record from being written.
   */
  async make(row: LaneRow, queue: PrimaryQueue<LaneRow>): Promise<void> {
    const exchange = await this.#call(row);
    this.counts.waiting = queue.parkedCount;
    const { answer } = exchange;
    if (exchange.quota !== undefined) this.#parts.governor.learn(exchange.quota, exchange.sentAtMs);
    if (exchange.requestId !== undefined) row.requestId = exchange.requestId;
    switch (answer.kind) {
      case "applied":
        row.attempts += 1;
        this.#passed();
        return this.#end(row, queue, "applied");
      case "failed":
        row.attempts += 1;
        row.last = answer;
        this.#passed();
        if (this.#rules.inPlaceCodes.has(answer.failure.code))
          return this.#end(row, queue, "applied", answer.failure);
        return this.#retryOrEnd(row, queue, answer, exchange);
      case "hindered":
      case "unanswered":
        row.attempts += 1;
        row.last = answer;
        if (answer.kind === "unanswered") row.mayBeInPlace = true;
        this.#blocked(row, answer, exchange);
        return this.#retryOrEnd(row, queue, answer, exchange);
      case "not-executed":
      case "refused":
        await this.#parts.journal.claim(row.seq, row.attempts);
        this.#blocked(row, answer, exchange);
        return answer.kind === "refused"
          ? this.#refused(row, queue, answer.failure)
          : this.#putBack(row, queue);
      default:
        return exhausted(answer);
    }
  }

  /** Puts on record how the rows stand that were tried and can't be tried again, as the run stops. */
  async leave(rows: Iterable<LaneRow>): Promise<void> {
    const { journal } = this.#parts;
    for (const row of rows) {
      if (row.last === undefined) continue;
      const ended = row.last.kind === "unanswered" ? "unknown" : "failed";
      this.counts[ended] += 1;
      void this.#record(row, ended, row.last.failure).catch(this.#halt);
    }
    await journal.flush();
  }

  async #call(row: LaneRow): Promise<Exchange> {
    const { client, journal, permits, stop, stops } = this.#parts;
    let isClaimed = false;
    try {
      return await client.updateAlias(row, {
        signal: stop.calls,
        beforeSend: async () => {
          await permits.next();
          stops.checkDeadline();
          stop.throwIfStopped();
          await journal.claim(row.seq, row.attempts + 1);
          isClaimed = true;
          // Once more: a commit takes a moment.
          stops.checkDeadline();
          stop.throwIfStopped();
          this.counts.calls += 1;
          if (row.attempts > 0) this.counts.retries += 1;
        },
      });
    } catch (error) {
      if (isClaimed && error instanceof StoppedError) await journal.claim(row.seq, row.attempts);
      throw error;
    }
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
      queue.park(row, clock.nowMs() + waitMs);
      watch.retrying(row, failure, waitMs);
      return;
    }
    this.#end(row, queue, answer.kind === "unanswered" ? "unknown" : "failed", failure);
  }

  #putBack(row: LaneRow, queue: PrimaryQueue<LaneRow>): void {
    queue.park(row, this.#parts.clock.nowMs());
  }

  /**
   * The account was refused, so the row is as it was. But a row that is refused again and again while others
   * get through would never end: then it is the row's own failure.
   */
  #refused(row: LaneRow, queue: PrimaryQueue<LaneRow>, failure: Failure): void {
    const finished = finishedCount(this.counts);
    if (row.refusedAfter !== finished) row.refusals += 1;
    row.refusedAfter = finished;
    if (row.refusals < Math.max(FEWEST_REFUSALS, this.#rules.retry.maxAttempts)) {
      this.#putBack(row, queue);
      return;
    }
    row.attempts += 1;
    void this.#parts.journal.claim(row.seq, row.attempts).catch(this.#halt);
    this.#end(row, queue, "failed", failure);
  }

  #passed(): void {
    this.#throttledInRow = 0;
    this.#parts.breaker.passed();
  }

  #blocked(row: LaneRow, answer: Exclude<Answer, { kind: "applied" }>, exchange: Exchange): void {
    const { breaker, clock, governor, stop, watch } = this.#parts;
    const nowMs = clock.nowMs();
    const announcedMs = exchange.waitMs;
    if (answer.failure.code === "http_429") {
      this.counts.throttled += 1;
      // Only the server's own wait goes to the breaker: one of ours would outlast its patience for ever.
      const assumedMs = Math.min(
        THROTTLED_CEILING_MS,
        THROTTLED_BASE_MS * 2 ** Math.min(this.#throttledInRow, 30),
      );
      this.#throttledInRow += 1;
      governor.hold(exchange.arrivedAtMs + (announcedMs ?? assumedMs));
    } else {
      this.counts.blocked += 1;
    }
    watch.blocked(row, answer.failure);
    const verdict = breaker.blocked({
      kind: answer.kind === "refused" ? "refused" : "no-answer",
      sentAtMs: exchange.sentAtMs,
      nowMs,
      ...(announcedMs === undefined ? {} : { announcedMs }),
    });
    if (verdict === "go-on" || stop.sending.aborted) return;
    const said = `${answer.failure.code}: ${answer.failure.message}`;
    stop.stop(
      verdict === "give-up-refused"
        ? {
            kind: "refused",
            message: `Mimecast refuses the account (${said}). Check the credentials, and that the application has the permission Directories | Groups | Edit`,
          }
        : {
            kind: "unreachable",
            message: `nothing gets through to Mimecast (${said}). ${adviceFor(answer)}`,
          },
    );
  }

  #end(row: LaneRow, queue: PrimaryQueue<LaneRow>, ended: SentOutcome, failure?: Failure): void {
    this.counts[ended] += 1;
    void this.#record(row, ended, failure).catch(this.#halt);
    queue.settle(row);
    this.#parts.watch.ended(row, ended, failure);
    this.#parts.stops.ended(ended, failure, this.counts);
  }

  #record(row: LaneRow, ended: SentOutcome, failure: Failure | undefined): Promise<void> {
    return this.#parts.journal.end({
      seq: row.seq,
      ended,
      retryable: ended !== "applied" && (failure?.retryable ?? false),
      attempts: row.attempts,
      atEpochMs: this.#parts.clock.epochMs(),
      ...(row.requestId === undefined ? {} : { requestId: row.requestId }),
      ...(failure === undefined ? {} : { code: failure.code, message: this.#messageOf(row, ended, failure) }),
    });
  }

  #messageOf(row: LaneRow, ended: SentOutcome, failure: Failure): string {
    if (ended === "applied") return `taken for in place: ${failure.message}`;
    if (ended === "unknown" || !row.mayBeInPlace) return failure.message;
    return `${failure.message}; an attempt had no known answer, so the alias may be in place`;
  }
}

function adviceFor(answer: Answer): string {
  return answer.kind === "hindered"
    ? "Such errors pass by themselves as a rule; if this one stays, check the application's id and keys"
    : "Check the network, the proxy and the base URL or region";
}

function exhausted(answer: never): never {
  throw new TypeError(`unknown answer: ${JSON.stringify(answer)}`);
}
