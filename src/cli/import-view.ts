import type { OpenInput } from "../csv/open-input.ts";
import type { Failure } from "../domain/failure.ts";
import { count, counted, duration } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import type { Forecast } from "../engine/eta.ts";
import type { ImportView, Plan, SendProgress } from "../import-aliases/import-job.ts";
import type { ReadingNotes } from "../read-input/stage-input.ts";
import { finishedCount, type LaneRow } from "../send-rows/pending-row.ts";
import type { FinishedRun } from "../write-results/finish-run.ts";
import type { Talk } from "./console.ts";
import { Tellings } from "./log-limiter.ts";
import { type PlanView, planLines, showReading } from "./plan-text.ts";
import { Rate, type SendingWords, sendingLine } from "./progress-line.ts";
import { logWait } from "./wait-line.ts";

export type ImportViewSettings = PlanView;

/** Where nobody watches, progress is told this often. */
const PROGRESS_LINE_MS = 10_000;

/** Shows an import on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class TalkingView implements ImportView {
  readonly #talk: Talk;
  readonly #settings: ImportViewSettings;
  readonly #failures = new Tellings();
  readonly #hindrances = new Tellings();
  #unchangedCount = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(talk: Talk, settings: ImportViewSettings) {
    this.#talk = talk;
    this.#settings = settings;
  }

  ledgerOpened(path: string, knownCount: number): void {
    const known = knownCount === 0 ? "new" : `${counted(knownCount, "row")} known`;
    this.#talk.say(`Ledger ${path}: ${known}`);
  }

  runRecovered(folder: string, finished: FinishedRun | undefined): void {
    if (finished === undefined) {
      this.#talk.say(
        `The run ${folder} was cut short, and nothing that it may have sent is on record; it is removed`,
      );
      return;
    }
    const { applied, unknown } = finished.summary.outcomes;
    this.#talk.say(
      `The run ${folder} was killed; its files are written now: ${count(applied)} applied, ${count(unknown)} unknown`,
    );
  }

  runBegan(run: string): void {
    this.#talk.nameRun(run);
  }

  reading(inputs: readonly OpenInput[], notes: ReadingNotes): void {
    showReading(this.#talk, inputs, notes);
  }

  planned(plan: Plan): void {
    this.#talk.bar?.end();
    this.#unchangedCount = plan.outcomes.unchanged;
    for (const line of planLines(plan, this.#settings)) this.#talk.say(line);
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
        rate: count(Math.round(perSecond)),
        inPlace: this.#unchangedCount + counts.applied,
        failed: counts.failed + counts.unknown,
        waiting: counts.waiting,
        quota: quota === undefined ? undefined : `${count(quota.left)} of ${count(quota.limit)}`,
        left: timeLeft(left, total - done, perSecond),
      };
    };
    this.#talk.bar?.begin((columns) => sendingLine(words(), columns));
    if (this.#talk.bar !== undefined) return;
    this.#ticker = setInterval(() => this.#talk.log.info(words(), "sending"), PROGRESS_LINE_MS);
    this.#ticker.unref();
  }

  sent(): void {
    clearInterval(this.#ticker);
    this.#talk.bar?.end();
    for (const [code, rows] of this.#failures.untold()) {
      this.#talk.log.warn({ code, rows }, `${counted(rows, "more row")} with ${code}`);
    }
    for (const [code, calls] of this.#hindrances.untold()) {
      this.#talk.log.warn({ code, calls }, `${counted(calls, "more call")} without effect, with ${code}`);
    }
  }

  ended(row: LaneRow, ended: SentOutcome, failure: Failure | undefined): void {
    if (ended === "applied") {
      this.#talk.log.debug(rowFields(row), `${rowName(row)}: applied`);
      return;
    }
    const code = failure?.code ?? ended;
    if (!this.#failures.isToTell(code)) return;
    this.#talk.log.warn(
      { ...rowFields(row), code },
      `${rowName(row)}: ${ended}, ${code}: ${failure?.message ?? ""}`,
    );
  }

  retrying(row: LaneRow, failure: Failure, waitMs: number): void {
    this.#talk.log.debug(
      { ...rowFields(row), code: failure.code, waitMs: Math.round(waitMs) },
      `${rowName(row)}: ${failure.code}, to be tried again: ${failure.message}`,
    );
  }

  waiting(wait: LongWait): void {
    logWait(this.#talk, wait);
  }

  blocked(row: LaneRow, failure: Failure): void {
    const { code, message } = failure;
    if (!this.#hindrances.isToTell(code)) return;
    this.#talk.log.warn({ ...rowFields(row), code }, `${rowName(row)}: no effect yet, ${code}: ${message}`);
  }
}

/** By the quota where it binds, else as fast as rows have ended of late. */
function timeLeft(left: Forecast | undefined, rowsLeft: number, perSecond: number): string {
  if (left !== undefined && left.boundBy !== "latency")
    return `about ${duration(left.ms)} left (${left.boundBy})`;
  return perSecond === 0 ? "time left unknown" : `about ${duration((rowsLeft / perSecond) * 1_000)} left`;
}

function rowName({ line, aliasFor, alias }: LaneRow): string {
  return `line ${line}, ${alias} for ${aliasFor}`;
}

function rowFields(row: LaneRow): Record<string, unknown> {
  const { line, aliasFor, alias, attempts, requestId } = row;
  return { line, aliasFor, alias, attempt: attempts, requestId };
}
