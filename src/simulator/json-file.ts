import type { z } from "zod";
import { RunError } from "../domain/run-error.ts";

/** Length of a value in a message; longer ones are truncated. */
const MAX_VALUE_LENGTH = 60;
/** More than such a file needs. Deeper values would overflow the stack of recursive code. */
const MAX_DEPTH = 100;

type Issue = z.core.$ZodIssue;

/** Words that messages use for the file and its content. */
export interface FileWords {
  /** "a faults file" */
  readonly what: string;
  /** "a list of faults" */
  readonly expected: string;
  /** "a fault of this kind": the object in which a field is unknown. */
  readonly part: string;
}

/**
 * Parses the text of a JSON file. Throws a {@link RunError} that names the file and each problem with its place,
 * the value found and the value expected. Each message of the schema says only what is expected.
 */
export function parseJsonFile<T>(text: string, file: string, schema: z.ZodType<T>, words: FileWords): T {
  const value = parseJson(text, file, words);
  refuseDeepValue(value, file, words);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(issue, value, words));
  throw new RunError(
    "input",
    `${file} can't be used as ${words.what}:\n${problems.map((problem) => `  ${problem}\n`).join("")}` +
      "Fix the file and start again; docs/simulator.md says what it can contain.",
  );
}

function parseJson(text: string, file: string, { expected }: FileWords): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(
      "input",
      `${file} is not valid JSON: ${reason}. Expected ${expected}, as docs/simulator.md shows it.`,
      { cause },
    );
  }
}

function refuseDeepValue(value: unknown, file: string, { expected }: FileWords): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw new RunError(
        "input",
        `${file} nests values more than ${MAX_DEPTH} levels deep. Expected ${expected}, as docs/simulator.md shows it.`,
      );
    }
    level = level.flatMap((it) => (typeof it === "object" && it !== null ? Object.values(it) : []));
  }
}

function describe(issue: Issue, value: unknown, { part }: FileWords): string[] {
  const found = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) => `${placeOf([...issue.path, key])}: found a field that ${part} does not have`,
    );
  }
  return [`${placeOf(issue.path)}: found ${shown(found)}, expected ${issue.message}`];
}

/** Formats a path as `[2].headers.Retry-After`. Indexes count from 0, as in the code that writes such files. */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the file";
  return path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.entries(at).find(([key]) => key === String(step))?.[1];
  }
  return at;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value);
  return json.length > MAX_VALUE_LENGTH ? `${json.slice(0, MAX_VALUE_LENGTH)}…` : json;
}
