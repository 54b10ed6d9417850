import { type DestinationStream, type Logger, pino } from "pino";
import { stripControlCharacters } from "../domain/display-text.ts";
import { createLog } from "../log.ts";
import type { Host } from "./host.ts";
import { ProgressBar } from "./progress-bar.ts";

/** Settings of the console. */
export interface ConsoleSettings {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Output of a run on standard error: lines for people on a terminal, log records elsewhere. */
export interface Console {
  readonly log: Logger;
  /** Adds the name of the run to every log record from now on. */
  setRun(run: string): void;
  /** Undefined if standard error is not a terminal, and with `--quiet`. */
  readonly progress: ProgressBar | undefined;
  /** Prints a line on a terminal, a log record elsewhere. Hidden by `--quiet`. */
  info(line: string): void;
  /** Prints the reason for which the run fails as a whole, even with `--quiet`. */
  error(line: string): void;
}

/** Creates the console: readable lines if standard error is a terminal, JSON log records otherwise. */
export async function createConsole(settings: ConsoleSettings, host: Host): Promise<Console> {
  const { redact } = host.redactor;
  const stream = host.stderr;
  const level = settings.quiet ? "error" : settings.verbose ? "debug" : "info";
  if (!stream.isTTY) {
    // Synchronous: otherwise lines would be lost if the process crashes.
    const destination = pino.destination({ fd: 2, sync: true });
    // A full disk or a closed pipe must not end the run.
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

/** Creates a destination that prints records for people. Loads pino-pretty on demand: most runs have no terminal. */
async function prettyDestination(write: (text: string) => void, color: boolean): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const pretty = prettyFactory({ colorize: color, translateTime: "SYS:HH:MM:ss", hideObject: true });
  return { write: (record: string) => write(pretty(record)) };
}
