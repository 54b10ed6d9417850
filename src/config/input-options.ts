import { z } from "zod";
import { parseDomainPattern } from "../domain/skip-domain.ts";
import { type ConfigErrors, list, option, type ParseResult, wholeNumber } from "./option-parsers.ts";

/** Options of every command that reads rows of aliases. */
export const INPUT_OPTIONS = {
  columns: option(parseColumnsOption).default({}),
  /** False with `--no-header`. */
  header: z.boolean().default(true),
  headerLine: wholeNumber(1, 1_000_000).optional(),
  delimiter: option(parseDelimiter).optional(),
  encoding: option(parseEncoding).optional(),
  skipDomain: list(parseSkipDomain),
} as const;

const inputFlags = z.object(INPUT_OPTIONS);

/** {@link INPUT_OPTIONS} parsed, with defaults. */
export type InputOptions = z.output<typeof inputFlags>;

/** Reports input options that can't be combined. */
export function checkInputOptions(options: InputOptions, problems: ConfigErrors): void {
  if (!options.header && options.headerLine !== undefined) {
    problems.usage("--header-line and --no-header exclude each other; give one of them");
  }
  const { aliasFor = "1", aliases = ["2"] } = options.columns;
  const isPosition = /^[1-9]\d{0,5}$/;
  if (!options.header && ![aliasFor, ...aliases].every((text) => isPosition.test(text))) {
    problems.usage("--columns: with --no-header expected aliasFor=POSITION,alias=POSITION, from 1");
  }
}

function parseSkipDomain(text: string): ParseResult<string> {
  const parsed = parseDomainPattern(text);
  return parsed.ok ? { ok: true, value: parsed.pattern } : parsed;
}

/** Columns of the two addresses: headers, or positions from 1. */
export interface ColumnsOption {
  readonly aliasFor?: string;
  readonly aliases?: readonly string[];
}

/** Parses `--columns`: `aliasFor=NAME`, `alias=NAME` any number of times, or both. A name may contain commas. */
function parseColumnsOption(text: string): ParseResult<ColumnsOption> {
  let aliasFor: string | undefined;
  const aliases: string[] = [];
  // A header may contain commas, so split only at a comma before one of the two words.
  for (const part of text.split(/,(?=\s*(?:aliasFor|alias)\s*=)/i)) {
    const match = /^\s*(aliasFor|alias)\s*=\s*(\S.*?)\s*$/is.exec(part);
    const name = match?.[2];
    if (name === undefined) return COLUMNS_EXPECTED;
    if (match?.[1]?.toLowerCase() === "alias") aliases.push(name);
    else if (aliasFor === undefined) aliasFor = name;
    else return COLUMNS_EXPECTED;
  }
  return {
    ok: true,
    value: { ...(aliasFor === undefined ? {} : { aliasFor }), ...(aliases.length === 0 ? {} : { aliases }) },
  };
}

const COLUMNS_EXPECTED = { ok: false, reason: "expected aliasFor=NAME,alias=NAME" } as const;

/** Parses `--delimiter`: one character, or `tab`. */
function parseDelimiter(text: string): ParseResult<string> {
  if (text === "tab" || text === "\\t") return { ok: true, value: "\t" };
  if (text.length !== 1 || /["\r\n\0\p{L}\p{N}\p{Cs}@.]/u.test(text)) return DELIMITER_EXPECTED;
  return { ok: true, value: text };
}

/** Parses `--encoding`: a name of the Encoding standard, cp850, cp437, or PowerShell's name of a common encoding. */
function parseEncoding(text: string): ParseResult<string> {
  const name = text.trim().toLowerCase();
  const codePage = /^(?:cp|ibm|dos-)?(437|850)$/.exec(name)?.[1];
  if (codePage !== undefined) return { ok: true, value: `cp${codePage}` };
  try {
    const { encoding } = new TextDecoder(POWERSHELL_NAMES.get(name) ?? name);
    return { ok: true, value: encoding };
  } catch (error) {
    if (error instanceof RangeError) return ENCODING_EXPECTED;
    throw error;
  }
}

const POWERSHELL_NAMES: ReadonlyMap<string, string> = new Map([
  ["ansi", "windows-1252"],
  ["utf8bom", "utf-8"],
  ["utf8nobom", "utf-8"],
  ["bigendianunicode", "utf-16be"],
]);

const ENCODING_EXPECTED = {
  ok: false,
  reason:
    "expected utf-8, utf-16le, utf-16be, windows-1252, macintosh, cp850, cp437 or another name of the Encoding standard",
} as const;

const DELIMITER_EXPECTED = {
  ok: false,
  reason: "expected one character that no address contains, such as ';' or '|', or the word tab",
} as const;
