import { type DestinationStream, type Logger, pino } from "pino";
import { plainText } from "./domain/plain-text.ts";

export interface LogSettings {
  readonly level: "debug" | "info" | "error";
  readonly destination: DestinationStream;
  /** Values that are blotted out wherever they turn up. */
  readonly secrets: readonly string[];
}

/** Shorter than this, a "secret" would blot out ordinary words. */
const MIN_SECRET_LENGTH = 6;
/** Whatever is logged under one of these names is nobody's business. */
const SECRET_FIELDS = ["authorization", "accessToken", "access_token", "clientSecret", "secretKey", "appKey"];
const BLOT = "[secret]";

/**
 * A pino logger whose lines hold no secret and no control character, wherever in a line they would be. Fields
 * whose names promise a secret are blotted out, and so are the values of the settings' secrets, whatever
 * sentence they got into.
 */
export function createLog(settings: LogSettings): Logger {
  const blotted = blotter(settings.secrets);
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
      write: (line: string) => settings.destination.write(plainLine(blotted(line))),
    },
  );
}

const SECRET_TEXT = new RegExp(`"(${SECRET_FIELDS.join("|")})":"(?:[^"\\\\]|\\\\.)*"`, "gi");

function blotter(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, insideJson(secret), encodeURIComponent(secret)]);
  // The longest first: blotting out a part of it would leave the rest to be read.
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) =>
    longestFirst.reduce(
      (text, secret) => text.replaceAll(secret, BLOT),
      line.replaceAll(SECRET_TEXT, (_field, name: string) => `"${name}":"${BLOT}"`),
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

function insideJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
