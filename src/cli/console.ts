import { type DestinationStream, type Logger, pino } from "pino";
import { stripControlCharacters } from "../domain/display-text.ts";
import { createLog } from "../log.ts";
import type { Host } from "./host.ts";
import { ProgressBar } from "./progress-bar.ts";

export interface ConsoleSettings {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Everything that a run says on standard error: to a person on a terminal, to a log elsewhere. */
export interface Console {
  readonly log: Logger;
  /** From now on every log record names the run. */
  setRun(run: string): void;
  /** Undefined where nobody watches. */
  readonly progress: ProgressBar | undefined;
  /** A line for people: as it is on a terminal, a log record elsewhere. */
  info(line: string): void;
  /** What ends the run as a whole: also said when quiet. */
  error(line: string): void;
}

/** Chooses how to talk by where standard error goes. */
export async function createConsole(settings: ConsoleSettings, host: Host): Promise<Console> {
  const { redact } = host.redactor;
  const stream = host.stderr;
  const level = settings.quiet ? "error" : settings.verbose ? "debug" : "info";
  if (!stream.isTTY) {
    // Synchronous, so that a line is out before the process can die.
    const destination = pino.destination({ fd: 2, sync: true });
    // A log on a full disk, or one that nobody reads any more, is no reason to end the run.
    destination.on("error", () => undefined);
    const log = createLog({ level, destination, redact });
    return {
      log,
      setRun: (run) => log.setBindings({ run }),
      progress: undefined,
      info: (line) => log.info(line),
      error: (line) => log.error(line),
    };
  }
  const bar = settings.quiet ? undefined : new ProgressBar(stream);
  if (bar !== undefined) host.onEnd(() => bar.end());
  const write = (text: string): void => {
    if (bar?.print(text) !== true) stream.write(text);
  };
  const destination = await prettyDestination(write, settings.color);
  const log = createLog({ level, destination, redact });
  const line = (text: string): void => write(`${stripControlCharacters(redact(text))}\n`);
  return {
    log,
    setRun: (run) => log.setBindings({ run }),
    progress: bar,
    info: (text) => {
      if (!settings.quiet) line(text);
    },
    error: line,
  };
}

/** Loaded only here: most runs have no terminal. */
async function prettyDestination(write: (text: string) => void, color: boolean): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const pretty = prettyFactory({ colorize: color, translateTime: "SYS:HH:MM:ss", hideObject: true });
  return { write: (record: string) => write(pretty(record)) };
}
