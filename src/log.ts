import { type DestinationStream, type Logger, pino } from "pino";
import { plainText } from "./domain/display-text.ts";
import { BLOT, type Blotter, SECRET_FIELDS } from "./domain/redact.ts";

export interface LogSettings {
  readonly level: "debug" | "info" | "error";
  readonly destination: DestinationStream;
  /** Redacts each line. */
  readonly blotted: Blotter["blotted"];
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
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: BLOT },
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      // Done to the finished line: no field, error or name can get around it.
      write: (line: string) => settings.destination.write(plainLine(settings.blotted(line))),
    },
  );
}

/** Spaces for control characters, those that JSON has escaped as well: who makes lines pretty takes that off. */
function plainLine(line: string): string {
  const plain = plainText(line.trimEnd());
  return `${plain.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, (escaped) => (isControl(escaped) ? " " : escaped))}\n`;
}

function isControl(escaped: string): boolean {
  if (escaped[1] !== "u") return /[bfnrt]/.test(escaped[1] ?? "");
  const character = String.fromCharCode(Number.parseInt(escaped.slice(2), 16));
  return plainText(character) !== character;
}
