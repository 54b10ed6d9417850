import { z } from "zod";
import { readSkipPattern } from "../domain/skip-domain.ts";
import { readColumnsOption, readDelimiter, readEncoding } from "./csv-options.ts";
import { list, option, type Reading, wholeNumber } from "./option-readers.ts";
import type { Problems } from "./problems.ts";

/** The options of every command that reads rows of aliases. */
export const READING_FLAGS = {
  columns: option(readColumnsOption).default({}),
  /** False with `--no-header`. */
  header: z.boolean().default(true),
  headerLine: wholeNumber(1, 1_000_000).optional(),
  delimiter: option(readDelimiter).optional(),
  encoding: option(readEncoding).optional(),
  skipDomain: list(readSkipDomain),
} as const;

const readingFlags = z.object(READING_FLAGS);

/** Those options with their types and defaults. */
export type ReadingOptions = z.output<typeof readingFlags>;

/** Tells which of them don't go together. */
export function tellReadingClashes(options: ReadingOptions, problems: Problems): void {
  if (!options.header && options.headerLine !== undefined) {
    problems.usage("--header-line and --no-header exclude each other; give one of them");
  }
  const { aliasFor = "1", aliases = ["2"] } = options.columns;
  const isPosition = /^[1-9]\d{0,5}$/;
  if (!options.header && ![aliasFor, ...aliases].every((text) => isPosition.test(text))) {
    problems.usage("--columns: with --no-header expected aliasFor=POSITION,alias=POSITION, from 1");
  }
}

function readSkipDomain(text: string): Reading<string> {
  const reading = readSkipPattern(text);
  return reading.ok ? { ok: true, value: reading.pattern } : reading;
}
