import { z } from "zod";
import { displayText } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";

/** Result of parsing the text of an option. */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** Creates the schema of an option with one value. */
export function option<T>(parse: (text: string) => ParseResult<T>) {
  return z.string().transform((text, context): T => {
    const result = parse(text);
    if (result.ok) return result.value;
    context.addIssue({ code: "custom", message: `${result.reason}, got '${displayText(text)}'` });
    return z.NEVER;
  });
}

/** Creates the schema of an option with several values, separated by spaces or commas. */
export function list<T>(parse: (text: string) => ParseResult<T>) {
  return z
    .array(z.string())
    .transform((texts, context): readonly T[] => {
      const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          const result = parse(part);
          if (result.ok) return [result.value];
          context.addIssue({ code: "custom", message: `${result.reason}, got '${displayText(part)}'` });
          return [];
        });
    })
    .default([]);
}

/** Creates the schema of an option whose value is a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    const range = max === Number.MAX_SAFE_INTEGER ? `, at least ${min}` : ` from ${min} to ${max}`;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a whole number${range}` };
  });
}

/** Creates the schema of an option whose value is a number above 0, at most `max`; decimals are allowed. */
export function positiveNumber(max: number) {
  return option((text) => {
    const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value > 0 && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a number above 0, at most ${max}` };
  });
}

/** Creates the schema of an option whose value is a percentage from `min` to `max`; the sign is optional. */
export function percentage(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,3}(?:\.\d{1,9})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a percentage from ${min} to ${max}` };
  });
}

/** Errors in the command line and the settings, collected so that one message lists all of them. */
export class ConfigErrors {
  readonly #usage: string[] = [];
  readonly #settings: string[] = [];

  /** Adds an error in an option. `message` begins with its name. */
  usage(message: string): void {
    this.#usage.push(message);
  }

  /** Adds an error in a variable or a file of variables. `message` begins with its name. */
  settings(message: string): void {
    this.#settings.push(message);
  }

  get count(): number {
    return this.#usage.length + this.#settings.length;
  }

  /** All messages, those about options first. */
  get messages(): readonly string[] {
    return [...this.#usage, ...this.#settings];
  }

  /** Throws one RunError with all messages, if any: "usage" if one of them is about an option, otherwise "settings". */
  throwIfAny(): void {
    const { messages } = this;
    if (messages.length === 0) return;
    const kind = this.#usage.length > 0 ? "usage" : "settings";
    const list = messages.map((message) => `\n  - ${message}`).join("");
    const [only] = messages;
    throw new RunError(
      kind,
      messages.length === 1 && only !== undefined ? only : `${messages.length} problems:${list}`,
    );
  }
}

/** Parses the options of a command. Reports every error in them; returns undefined if there is one. */
export function parseOptions<S extends z.ZodType<{ quiet: boolean; verbose: boolean }>>(
  schema: S,
  flags: z.input<S>,
  problems: ConfigErrors,
): z.output<S> | undefined {
  const parsed = schema.safeParse(flags);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.usage(`${optionName(String(issue.path[0]))}: ${issue.message}`);
    }
    return undefined;
  }
  if (parsed.data.quiet && parsed.data.verbose) {
    problems.usage("--quiet and --verbose exclude each other; give one of them");
  }
  return parsed.data;
}

/** Converts `maxRate` to `--max-rate`. */
function optionName(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
