import { type DestinationStream, type Logger, pino } from "pino";
import { stripControlCharacters } from "./domain/display-text.ts";
import { REDACTED, REDACTED_FIELDS, type Redactor } from "./domain/redact.ts";

export interface LogSettings {
  readonly level: "debug" | "info" | "error";
  readonly destination: DestinationStream;
  /** Redacts each line. */
  readonly redact: Redactor["redact"];
}

/**
 * A pino logger whose lines hold no secret and no control character, wherever in a line they would be. Fields
 * whose names promise a secret are blotted out, and so are the values of the settings' secrets, whatever
 * sentence they got into.
 */
export function createLog(settings: LogSettings): Logger {
  return pino(
    {
      base: null,
      level: settings.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Whole fields, whatever they hold; texts further down are found in the line.
      redact: { paths: REDACTED_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: REDACTED },
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      // Done to the finished line: no field, error or name can get around it.
      write: (line: string) => settings.destination.write(plainLine(settings.redact(line))),
    },
  );
}

/** Spaces for control characters, those that JSON has escaped as well: who makes lines pretty takes that off. */
function plainLine(line: string): string {
  const plain = stripControlCharacters(line.trimEnd());
  return `${plain.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, (escaped) => (isControl(escaped) ? " " : escaped))}\n`;
}

function isControl(escaped: string): boolean {
  if (escaped[1] !== "u") return /[bfnrt]/.test(escaped[1] ?? "");
  const character = String.fromCharCode(Number.parseInt(escaped.slice(2), 16));
  return stripControlCharacters(character) !== character;
}
