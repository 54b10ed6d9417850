import type { OpenInput } from "../csv/open-input.ts";
import type { Failure } from "../domain/failure.ts";
import type { LongWait } from "../domain/long-wait.ts";
import { count, counted } from "../domain/words.ts";
import type { ReadingNotes } from "../read-input/stage-input.ts";
import type { VerifyProgress, VerifyView } from "../verify-aliases/verify-job.ts";
import { noteLines, problemLine } from "./plan-lines.ts";
import { progressLine } from "./progress-line.ts";
import { showReading } from "./reading-view.ts";
import type { Talk } from "./talk.ts";
import { logWait } from "./wait-line.ts";

/** Where nobody watches, progress is told this often. */
const PROGRESS_LINE_MS = 10_000;

/** Shows a verification on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class TalkingVerifyView implements VerifyView {
  readonly #talk: Talk;
  #ticker: NodeJS.Timeout | undefined;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  runBegan(run: string): void {
    this.#talk.nameRun(run);
  }

  reading(inputs: readonly OpenInput[], notes: ReadingNotes): void {
    showReading(this.#talk, inputs, notes);
  }

  read({ rows, invalid, skipped, notes, firstInvalid }: Parameters<VerifyView["read"]>[0]): void {
    this.#talk.bar?.end();
    const passedOver = skipped === 0 ? "" : `, and ${count(skipped)} passed over by --skip-domain`;
    this.#talk.say(`To look up: ${counted(rows - invalid, "row")}${passedOver}`);
    for (const line of noteLines(notes)) this.#talk.say(line);
    if (invalid === 0) return;
    this.#talk.say(`  ${counted(invalid, "row")} invalid: there is no alias that could be looked up`);
    for (const problem of firstInvalid) this.#talk.say(problemLine(problem));
    const more = invalid - firstInvalid.length;
    if (more > 0) this.#talk.say(`  and ${counted(more, "more problem")}`);
  }

  lookingUp(progress: () => VerifyProgress): void {
    this.#talk.bar?.begin((columns) => {
      const { listed, seen, wanted } = progress();
      const parts = [
        {
          text: `${count(Math.min(seen, wanted))} of ${counted(wanted, "alias", "aliases")} seen`,
          weight: 2,
        },
        { text: `${counted(listed, "address", "addresses")} read`, weight: 1 },
      ];
      return progressLine(seen, wanted, parts, columns);
    });
    if (this.#talk.bar !== undefined) return;
    this.#ticker = setInterval(() => this.#talk.log.info({ ...progress() }, "looking up"), PROGRESS_LINE_MS);
    this.#ticker.unref();
  }

  again(what: string, why: string): void {
    this.#talk.log.warn(`${what}, ${why}; read once more, as addresses may have come or gone meanwhile`);
  }

  waiting(wait: LongWait): void {
    logWait(this.#talk, wait);
  }

  retrying(what: string, { code, message }: Failure): void {
    this.#talk.log.debug({ code }, `${what}: ${code}, to be tried again: ${message}`);
  }

  lookedUp(): void {
    clearInterval(this.#ticker);
    this.#talk.bar?.end();
  }
}
