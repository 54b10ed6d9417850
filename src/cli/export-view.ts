import type { Group } from "../domain/api.ts";
import type { Failure } from "../domain/failure.ts";
import { formatCount, pluralize } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { ExportProgress, ExportView } from "../export-members/export-job.ts";
import type { Console } from "./console.ts";
import { LogLimiter } from "./log-limiter.ts";
import { progressLine, Rate } from "./progress-line.ts";
import { logWait } from "./wait-line.ts";

/** Interval of progress records where standard error is not a terminal. */
const PROGRESS_LINE_MS = 10_000;

/** View of an export on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class ConsoleExportView implements ExportView {
  readonly #console: Console;
  readonly #nowEpochMs: () => number;
  readonly #failedCalls = new LogLimiter();
  #ticker: NodeJS.Timeout | undefined;

  constructor(console: Console, nowEpochMs: () => number) {
    this.#console = console;
    this.#nowEpochMs = nowEpochMs;
  }

  exporting(groups: readonly Group[], progress: () => ExportProgress): void {
    const expected = groups.reduce((sum, { userCount = 0 }) => sum + userCount, 0);
    this.#console.info(
      `Exporting ${pluralize(groups.length, "group")} with ${pluralize(expected, "member")}, as find-groups counts them`,
    );
    const rate = new Rate();
    const perSecond = (members: number): string =>
      formatCount(Math.round(rate.perSecond(members, this.#nowEpochMs())));
    this.#console.progress?.begin((columns) => {
      const { members, groupsRead } = progress();
      const parts = [
        { text: pluralize(members, "member"), weight: 3 },
        { text: `${perSecond(members)}/s`, weight: 1 },
        { text: `${formatCount(groupsRead)} of ${pluralize(groups.length, "group")}`, weight: 2 },
      ];
      return progressLine(members, Math.max(1, expected), parts, columns);
    });
    if (this.#console.progress !== undefined) return;
    this.#ticker = setInterval(() => {
      this.#console.log.info({ ...progress(), rate: perSecond(progress().members) }, "exporting");
    }, PROGRESS_LINE_MS);
    this.#ticker.unref();
  }

  groupRead({ id, name }: Group, members: number): void {
    this.#console.log.debug({ group: name, id, members }, `group '${name}': ${pluralize(members, "member")}`);
  }

  groupAgain({ id, name }: Group, why: string): void {
    this.#console.log.warn({ group: name, id }, `group '${name}': reading it again: ${why}`);
  }

  countDiffers({ id, name, userCount = 0 }: Group, members: number): void {
    if (!this.#failedCalls.shouldLog("userCount")) return;
    const difference = `${pluralize(members, "member")} returned, but find-groups counts ${formatCount(userCount)}`;
    this.#console.log.warn({ group: name, id, members, userCount }, `group '${name}': ${difference}`);
  }

  waiting(wait: LongWait): void {
    logWait(this.#console, wait);
  }

  onRetry(call: string, { code, message }: Failure): void {
    if (!this.#failedCalls.shouldLog(code)) return;
    this.#console.log.warn({ code }, `${call}: retrying after ${code}: ${message}`);
  }

  exported(): void {
    clearInterval(this.#ticker);
    this.#console.progress?.end();
    for (const [code, times] of this.#failedCalls.suppressed()) {
      this.#console.log.warn({ code, times }, `${pluralize(times, "more time")} ${code}`);
    }
  }
}
