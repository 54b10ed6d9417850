import type { Group } from "../domain/api.ts";
import type { Failure } from "../domain/failure.ts";
import { count, counted } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { ExportProgress, ExportView } from "../export-members/export-job.ts";
import type { Talk } from "./console.ts";
import { Tellings } from "./log-limiter.ts";
import { progressLine, Rate } from "./progress-line.ts";
import { logWait } from "./wait-line.ts";

/** Where nobody watches, progress is told this often. */
const PROGRESS_LINE_MS = 10_000;

/** Shows an export on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class TalkingExportView implements ExportView {
  readonly #talk: Talk;
  readonly #nowEpochMs: () => number;
  readonly #hindrances = new Tellings();
  #ticker: NodeJS.Timeout | undefined;

  constructor(talk: Talk, nowEpochMs: () => number) {
    this.#talk = talk;
    this.#nowEpochMs = nowEpochMs;
  }

  exporting(groups: readonly Group[], progress: () => ExportProgress): void {
    const expected = groups.reduce((sum, { userCount = 0 }) => sum + userCount, 0);
    this.#talk.say(
      `Exporting ${counted(groups.length, "group")}, of ${counted(expected, "member")} by their list`,
    );
    const rate = new Rate();
    const perSecond = (members: number): string =>
      count(Math.round(rate.perSecond(members, this.#nowEpochMs())));
    this.#talk.bar?.begin((columns) => {
      const { members, groupsRead } = progress();
      const parts = [
        { text: counted(members, "member"), weight: 3 },
        { text: `${perSecond(members)}/s`, weight: 1 },
        { text: `${count(groupsRead)} of ${counted(groups.length, "group")}`, weight: 2 },
      ];
      return progressLine(members, Math.max(1, expected), parts, columns);
    });
    if (this.#talk.bar !== undefined) return;
    this.#ticker = setInterval(() => {
      this.#talk.log.info({ ...progress(), rate: perSecond(progress().members) }, "exporting");
    }, PROGRESS_LINE_MS);
    this.#ticker.unref();
  }

  groupRead({ id, name }: Group, members: number): void {
    this.#talk.log.debug({ group: name, id, members }, `group '${name}': ${counted(members, "member")}`);
  }

  groupAgain({ id, name }: Group, why: string): void {
    this.#talk.log.warn({ group: name, id }, `group '${name}' is read once more: ${why}`);
  }

  countDiffers({ id, name, userCount = 0 }: Group, members: number): void {
    if (!this.#hindrances.isToTell("userCount")) return;
    const said = `${counted(members, "member")} came, and find-groups counts ${count(userCount)}`;
    this.#talk.log.warn({ group: name, id, members, userCount }, `group '${name}': ${said}`);
  }

  waiting(wait: LongWait): void {
    logWait(this.#talk, wait);
  }

  retrying(what: string, { code, message }: Failure): void {
    if (!this.#hindrances.isToTell(code)) return;
    this.#talk.log.warn({ code }, `${what}: to be tried again, ${code}: ${message}`);
  }

  exported(): void {
    clearInterval(this.#ticker);
    this.#talk.bar?.end();
    for (const [code, times] of this.#hindrances.untold()) {
      this.#talk.log.warn({ code, times }, `${counted(times, "more time")} ${code}`);
    }
  }
}
