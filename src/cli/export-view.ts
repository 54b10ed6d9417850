import type { Group } from "../domain/directory.ts";
import type { Failure } from "../domain/failure.ts";
import { count, counted } from "../domain/words.ts";
import type { ExportProgress, ExportView } from "../export-members/export-job.ts";
import { Rate } from "./rate.ts";
import type { Talk } from "./talk.ts";
import { Tellings } from "./tellings.ts";

/** Where nobody watches, progress is told this often. */
const PROGRESS_LINE_MS = 10_000;

const EXPORTING_BAR = "{bar} {percentage}% {members} members · {rate}/s · {groups} groups read";

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
    const state = () => {
      const { members, groupsRead } = progress();
      const words = {
        members: count(members),
        rate: count(Math.round(rate.perSecond(members, this.#nowEpochMs()))),
        groups: `${count(groupsRead)} of ${count(groups.length)}`,
      };
      return { total: Math.max(1, expected, members), value: members, words };
    };
    this.#talk.bar?.begin(EXPORTING_BAR, state);
    if (this.#talk.bar !== undefined) return;
    this.#ticker = setInterval(() => {
      this.#talk.log.info({ ...progress(), rate: state().words.rate }, "exporting");
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
    const said = `${counted(members, "member")} were read, and find-groups counts ${count(userCount)}`;
    this.#talk.log.warn({ group: name, id, members, userCount }, `group '${name}': ${said}`);
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
