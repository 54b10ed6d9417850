import { type DestinationStream, type Logger, pino } from "pino";
import { stripControlCharacters } from "./domain/display-text.ts";
import { REDACTED, REDACTED_FIELDS, type Redactor } from "./domain/redact.ts";

/** Settings of the logger. */
export interface LogSettings {
  readonly level: "debug" | "info" | "error";
  readonly destination: DestinationStream;
  /** Applied to each line. */
  readonly redact: Redactor["redact"];
}

/**
 * Creates a pino logger whose lines contain no secret and no control character. Redacts the fields whose names promise
 * a secret, and every occurrence of a known secret in a line.
 */
export function createLog(settings: LogSettings): Logger {
  return pino(
    {
      base: null,
      level: settings.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Redacts whole fields of the two upper levels. `settings.redact` finds secrets in deeper fields.
      redact: { paths: REDACTED_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: REDACTED },
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      // Works on the finished line, so that no field, error or name can bypass it.
      write: (line: string) => settings.destination.write(plainLine(settings.redact(line))),
    },
  );
}

/** Replaces control characters by spaces, escaped ones too, because a pretty-printer would unescape them. */
function plainLine(line: string): string {
  const plain = stripControlCharacters(line.trimEnd());
  return `${plain.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, (escaped) => (isControl(escaped) ? " " : escaped))}\n`;
}

function isControl(escaped: string): boolean {
  if (escaped[1] !== "u") return /[bfnrt]/.test(escaped[1] ?? "");
  const character = String.fromCharCode(Number.parseInt(escaped.slice(2), 16));
  return stripControlCharacters(character) !== character;
}
