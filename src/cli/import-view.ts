import type { OpenInput } from "../csv/open-input.ts";
import type { Failure } from "../domain/failure.ts";
import { formatCount, formatDuration, pluralize } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { Eta } from "../engine/eta.ts";
import type { ImportView, Plan } from "../import-aliases/import-job.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import { finishedCount, type PendingRow } from "../send-rows/pending-row.ts";
import type { SendProgress } from "../send-rows/send-run.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";
import type { Console } from "./console.ts";
import { LogLimiter } from "./log-limiter.ts";
import { type PlanView, planLines, showReading } from "./plan-text.ts";
import { Rate, type SendingWords, sendingLine } from "./progress-line.ts";
import { logWait } from "./wait-line.ts";

export type ImportViewSettings = PlanView;

/** Interval of progress records where standard error is not a terminal. */
const PROGRESS_LINE_MS = 10_000;

/** View of an import on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class ConsoleImportView implements ImportView {
  readonly #console: Console;
  readonly #settings: ImportViewSettings;
  readonly #failures = new LogLimiter();
  readonly #failedCalls = new LogLimiter();
  #unchangedCount = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(console: Console, settings: ImportViewSettings) {
    this.#console = console;
    this.#settings = settings;
  }

  ledgerOpened(path: string, knownCount: number): void {
    const known = knownCount === 0 ? "new" : `${pluralize(knownCount, "row")} known`;
    this.#console.info(`Ledger ${path}: ${known}`);
  }

  runRecovered(folder: string, finished: FinishedRun | undefined): void {
    if (finished === undefined) {
      this.#console.info(
        `The run ${folder} was interrupted, and its record holds no sent rows; removed its folder`,
      );
      return;
    }
    const { applied, unknown } = finished.summary.outcomes;
    this.#console.info(
      `The run ${folder} was killed; its files are written now: ${formatCount(applied)} applied, ${formatCount(unknown)} unknown`,
    );
  }

  runBegan(run: string): void {
    this.#console.setRun(run);
  }

  reading(inputs: readonly OpenInput[], notes: InputStats): void {
    showReading(this.#console, inputs, notes);
  }

  planned(plan: Plan): void {
    this.#console.progress?.end();
    this.#unchangedCount = plan.outcomes.unchanged;
    for (const line of planLines(plan, this.#settings)) this.#console.info(line);
  }

  sending(progress: () => SendProgress): void {
    const rate = new Rate();
    const words = (): SendingWords => {
      const { total, counts, quota, left } = progress();
      const done = finishedCount(counts);
      const perSecond = rate.perSecond(done, this.#settings.nowEpochMs());
      return {
        total,
        done,
        rate: formatCount(Math.round(perSecond)),
        inPlace: this.#unchangedCount + counts.applied,
        failed: counts.failed + counts.unknown,
        waiting: counts.waiting,
        quota: quota === undefined ? undefined : `${formatCount(quota.left)} of ${formatCount(quota.limit)}`,
        left: timeLeft(left, total - done, perSecond),
      };
    };
    this.#console.progress?.begin((columns) => sendingLine(words(), columns));
    if (this.#console.progress !== undefined) return;
    this.#ticker = setInterval(() => this.#console.log.info(words(), "sending"), PROGRESS_LINE_MS);
    this.#ticker.unref();
  }

  sent(): void {
    clearInterval(this.#ticker);
    this.#console.progress?.end();
    for (const [code, rows] of this.#failures.suppressed()) {
      this.#console.log.warn({ code, rows }, `${pluralize(rows, "more row")} with ${code}`);
    }
    for (const [code, calls] of this.#failedCalls.suppressed()) {
      this.#console.log.warn({ code, calls }, `${pluralize(calls, "more failed call")} (${code})`);
    }
  }

  onOutcome(row: PendingRow, outcome: SentOutcome, failure: Failure | undefined): void {
    if (outcome === "applied") {
      this.#console.log.debug(rowFields(row), `${rowName(row)}: applied`);
      return;
    }
    const code = failure?.code ?? outcome;
    if (!this.#failures.shouldLog(code)) return;
    this.#console.log.warn(
      { ...rowFields(row), code },
      `${rowName(row)}: ${outcome}, ${code}: ${failure?.message ?? ""}`,
    );
  }

  onRetry(row: PendingRow, failure: Failure, waitMs: number): void {
    this.#console.log.debug(
      { ...rowFields(row), code: failure.code, waitMs: Math.round(waitMs) },
      `${rowName(row)}: retrying after ${failure.code}: ${failure.message}`,
    );
  }

  waiting(wait: LongWait): void {
    logWait(this.#console, wait);
  }

  onFailedCall(row: PendingRow, failure: Failure): void {
    const { code, message } = failure;
    if (!this.#failedCalls.shouldLog(code)) return;
    this.#console.log.warn(
      { ...rowFields(row), code },
      `${rowName(row)}: not applied yet, retrying: ${code}: ${message}`,
    );
  }
}

/** Formats the time left: by the quota if that is the bottleneck, otherwise by the recent rate of finished rows. */
function timeLeft(left: Eta | undefined, rowsLeft: number, perSecond: number): string {
  if (left !== undefined && left.limitedBy !== "latency")
    return `about ${formatDuration(left.ms)} left (${left.limitedBy})`;
  return perSecond === 0
    ? "time left unknown"
    : `about ${formatDuration((rowsLeft / perSecond) * 1_000)} left`;
}

function rowName({ line, aliasFor, alias }: PendingRow): string {
  return `line ${line}, ${alias} for ${aliasFor}`;
}

function rowFields(row: PendingRow): Record<string, unknown> {
  const { line, aliasFor, alias, attempts, requestId } = row;
  return { line, aliasFor, alias, attempt: attempts, requestId };
}
