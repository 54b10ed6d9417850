import type { z } from "zod";
import type { Problems } from "./problems.ts";

/** Reads a command's options; tells every problem with them, and is undefined if there is one. */
export function readOptions<S extends z.ZodType<{ quiet: boolean; verbose: boolean }>>(
  schema: S,
  flags: z.input<S>,
  problems: Problems,
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
