import { type DestinationStream, type Logger, pino } from "pino";
import { plainText } from "../domain/display-text.ts";
import { createLog } from "../log.ts";
import type { Program } from "./host.ts";
import { ProgressBar } from "./progress-bar.ts";

export interface TalkSettings {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Everything that a run says on standard error: to a person on a terminal, to a log elsewhere. */
export interface Talk {
  readonly log: Logger;
  /** From now on every log record names the run. */
  nameRun(run: string): void;
  /** Undefined where nobody watches. */
  readonly bar: ProgressBar | undefined;
  /** A line for people: as it is on a terminal, a log record elsewhere. */
  say(line: string): void;
  /** What ends the run as a whole: also said when quiet. */
  alarm(line: string): void;
}

/** Chooses how to talk by where standard error goes. */
export async function createTalk(settings: TalkSettings, program: Program): Promise<Talk> {
  const { blotted } = program.blotter;
  const stream = program.stderr;
  const level = settings.quiet ? "error" : settings.verbose ? "debug" : "info";
  if (!stream.isTTY) {
    // Synchronous, so that a line is out before the process can die.
    const destination = pino.destination({ fd: 2, sync: true });
    // A log on a full disk, or one that nobody reads any more, is no reason to end the run.
    destination.on("error", () => undefined);
    const log = createLog({ level, destination, blotted });
    return {
      log,
      nameRun: (run) => log.setBindings({ run }),
      bar: undefined,
      say: (line) => log.info(line),
      alarm: (line) => log.error(line),
    };
  }
  const bar = settings.quiet ? undefined : new ProgressBar(stream);
  if (bar !== undefined) program.onEnd(() => bar.end());
  const write = (text: string): void => {
    if (bar?.print(text) !== true) stream.write(text);
  };
  const destination = await prettyDestination(write, settings.color);
  const log = createLog({ level, destination, blotted });
  const line = (text: string): void => write(`${plainText(blotted(text))}\n`);
  return {
    log,
    nameRun: (run) => log.setBindings({ run }),
    bar,
    say: (text) => {
      if (!settings.quiet) line(text);
    },
    alarm: line,
  };
}

/** Loaded only here: most runs have no terminal. */
async function prettyDestination(write: (text: string) => void, color: boolean): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const pretty = prettyFactory({ colorize: color, translateTime: "SYS:HH:MM:ss", hideObject: true });
  return { write: (record: string) => write(pretty(record)) };
}
