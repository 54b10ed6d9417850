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

/**
 * A pino logger whose lines hold no secret and no control character. Names that hold secrets are redacted, and
 * so are the values of the settings' secrets, whatever sentence they got into.
 */
export function createLog(settings: LogSettings): Logger {
  const secrets = settings.secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  return pino(
    {
      base: null,
      level: settings.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)])),
      },
      hooks: {
        logMethod(parameters, method) {
          const [first, second, ...others] = parameters;
          method.apply(this, [
            typeof first === "string" ? plainText(first) : first,
            typeof second === "string" ? plainText(second) : second,
            ...others,
          ]);
        },
      },
    },
    {
      write(line: string): void {
        settings.destination.write(
          secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), line),
        );
      },
    },
  );
}

function plainValue(value: unknown): unknown {
  return typeof value === "string" ? plainText(value) : value;
}
