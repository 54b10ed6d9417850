import { z } from "zod";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS, type MemberColumn } from "../domain/member-columns.ts";
import { MAX_PAGE_SIZE } from "../domain/response.ts";
import { CONNECTION_OPTIONS } from "./connection-config.ts";
import { type ConfigErrors, option, type ParseResult, wholeNumber } from "./option-parsers.ts";

/** Options of export. */
export const exportFlags = z.object({
  ...CONNECTION_OPTIONS,
  group: z.array(z.string().min(1, "expected a group's name or id")).default([]),
  allGroups: z.boolean().default(false),
  output: z.string().min(1, "expected a file, or - for standard output").default("-"),
  columns: option(parseColumns).default(DEFAULT_MEMBER_COLUMNS),
  // The largest page takes the fewest calls from the quota.
  pageSize: wholeNumber(1, MAX_PAGE_SIZE).default(MAX_PAGE_SIZE),
  concurrency: wholeNumber(1, 64).default(4),
  changes: z.string().min(1, "expected a file").optional(),
  bom: z.boolean().default(false),
  /** False with `--no-escape-formulas`. */
  escapeFormulas: z.boolean().default(true),
});

/** Options of export before parsing, named as commander names them. */
export type ExportFlags = z.input<typeof exportFlags>;
/** Options of export parsed, with defaults. */
type ExportOptions = z.output<typeof exportFlags>;

/** Reports options that can't be combined. */
export function checkExportConflicts(options: ExportOptions, problems: ConfigErrors): void {
  const { allGroups, changes, columns, group, output } = options;
  if (allGroups && group.length > 0) problems.usage("--group and --all-groups exclude each other");
  if (!allGroups && group.length === 0)
    problems.usage("--group: name a group, or give --all-groups; mimecast-bulk groups lists them");
  if (changes === undefined) return;
  if (output === "-")
    problems.usage("--changes needs --output FILE, whose previous content it compares with");
  if (changes === output) problems.usage("--changes and --output name the same file; name two");
  if (changes === "-") problems.usage("--changes: expected a file, not standard output");
  const isIdentified = columns.includes("emailAddress");
  if (!isIdentified) problems.usage("--changes needs the column emailAddress, to recognize members");
}

function parseColumns(text: string): ParseResult<readonly MemberColumn[]> {
  const columns: MemberColumn[] = [];
  for (const word of text.split(",")) {
    const folded = word.trim().toLowerCase();
    const column = MEMBER_COLUMNS.find((name) => name.toLowerCase() === folded);
    if (column === undefined || columns.includes(column)) return COLUMNS_EXPECTED;
    columns.push(column);
  }
  return { ok: true, value: columns };
}

const COLUMNS_EXPECTED = {
  ok: false,
  reason: `expected one or more of ${MEMBER_COLUMNS.join(",")}, each once`,
} as const;

/** Options of groups. */
export const groupsFlags = z.object({ ...CONNECTION_OPTIONS, json: z.boolean().default(false) });

/** Options of groups before parsing, named as commander names them. */
export type GroupsFlags = z.input<typeof groupsFlags>;
