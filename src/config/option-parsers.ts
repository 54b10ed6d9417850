import { z } from "zod";
import { displayText } from "../domain/address.ts";
import { RunError } from "../domain/run-error.ts";

/** What became of a text that an option got. */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** An option of one value. */
export function option<T>(read: (text: string) => ParseResult<T>) {
  return z.string().transform((text, context): T => {
    const result = read(text);
    if (result.ok) return result.value;
    context.addIssue({ code: "custom", message: `${result.reason}, got '${displayText(text)}'` });
    return z.NEVER;
  });
}

/** An option of several values, also separated by commas. */
export function list<T>(read: (text: string) => ParseResult<T>) {
  return z
    .array(z.string())
    .transform((texts, context): readonly T[] => {
      const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          const result = read(part);
          if (result.ok) return [result.value];
          context.addIssue({ code: "custom", message: `${result.reason}, got '${displayText(part)}'` });
          return [];
        });
    })
    .default([]);
}

/** An option of a whole number, within the bounds. */
export function wholeNumber(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    const range = max === Number.MAX_SAFE_INTEGER ? `, at least ${min}` : ` from ${min} to ${max}`;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a whole number${range}` };
  });
}

/** An option of a number above 0, with decimals or not. */
export function positiveNumber(max: number) {
  return option((text) => {
    const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value > 0 && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a number above 0, at most ${max}` };
  });
}

/** An option of a percentage within the bounds, with the sign or without it. */
export function percentage(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,3}(?:\.\d{1,9})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a percentage from ${min} to ${max}` };
  });
}

/** Collects what is wrong with the command line and the settings, so that all of it is told at once. */
export class ConfigErrors {
  readonly #usage: string[] = [];
  readonly #settings: string[] = [];

  /** Something wrong with an option. `message` begins with its name. */
  usage(message: string): void {
    this.#usage.push(message);
  }

  /** Something wrong with a variable or a file of variables. `message` begins with its name. */
  settings(message: string): void {
    this.#settings.push(message);
  }

  get count(): number {
    return this.#usage.length + this.#settings.length;
  }

  /** Those with options first. */
  get messages(): readonly string[] {
    return [...this.#usage, ...this.#settings];
  }

  /** Throws one RunError with every problem, if there is any: "usage" where an option is among them. */
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

/** Reads a command's options; tells every problem with them, and is undefined if there is one. */
export function parseOptions<S extends z.ZodType<{ quiet: boolean; verbose: boolean }>>(
  schema: S,
  flags: z.input<S>,
  problems: ConfigErrors,
): z.output<S> | undefined {
  const reading = schema.safeParse(flags);
  if (!reading.success) {
    for (const issue of reading.error.issues) {
      problems.usage(`${optionName(String(issue.path[0]))}: ${issue.message}`);
    }
    return undefined;
  }
  if (reading.data.quiet && reading.data.verbose) {
    problems.usage("--quiet and --verbose exclude each other; give one of them");
  }
  return reading.data;
}

/** `maxRate` is typed `--max-rate`. */
function optionName(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
