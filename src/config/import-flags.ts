import { z } from "zod";
import { list, option, type Reading, wholeNumber } from "./option-readers.ts";
import type { Problems } from "./problems.ts";
import { REACH_FLAGS } from "./reach-flags.ts";
import { readOptions } from "./read-options.ts";
import { READING_FLAGS, tellReadingClashes } from "./reading-flags.ts";
import { readDeadline, readResendBefore } from "./when.ts";

/** Kinds of held-back rows that `--allow` lets through. */
const ALLOWABLE = ["move", "chain"] as const;
export type Allowable = (typeof ALLOWABLE)[number];

/** When a run has failed so often that it stops: at a number of rows, or at a percentage of those sent. */
export type MaxFailures =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

/** The options of import as the command line has them, each named as commander names it. */
export type ImportFlags = z.input<ReturnType<typeof importFlags>>;
/** The options of import with their types and defaults. */
export type ImportOptions = z.output<ReturnType<typeof importFlags>>;

/** Reads the options; tells every problem with them, and is undefined if there is one. */
export function readImportFlags(
  flags: ImportFlags,
  nowEpochMs: number,
  problems: Problems,
): ImportOptions | undefined {
  const options = readOptions(importFlags(nowEpochMs), flags, problems);
  if (options !== undefined) tellReadingClashes(options, problems);
  return options;
}

function importFlags(nowEpochMs: number) {
  const on = z.boolean().default(false);
  return z.object({
    ...REACH_FLAGS,
    ...READING_FLAGS,
    dryRun: on,
    limit: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
    // As many lanes as keep the recorded quota (160 calls a second) busy at answers of 0.4 s.
    concurrency: wholeNumber(1, 256).default(64),
    // The API documents several as equivalent to single calls, but no public client is known to send them.
    rowsPerRequest: wholeNumber(1, 100).default(1),
    maxFailures: option(readMaxFailures).optional(),
    deadline: option((text) => instant(readDeadline(text, nowEpochMs))).optional(),
    allow: list(readAllow),
    inPlaceCode: list(readErrorCode),
    resendBefore: option((text) => instant(readResendBefore(text, nowEpochMs))).optional(),
    out: z.string().min(1, "expected a folder").default("runs"),
    json: on,
    metricsFile: option(readMetricsFile).optional(),
  });
}

function readAllow(text: string): Reading<Allowable> {
  const kind = ALLOWABLE.find((it) => it === text);
  if (kind !== undefined) return { ok: true, value: kind };
  return { ok: false, reason: `expected ${ALLOWABLE.join(" or ")}` };
}

function readErrorCode(text: string): Reading<string> {
  if (/^[\w.:-]{1,200}$/.test(text)) return { ok: true, value: text };
  return { ok: false, reason: "expected an API error code, such as err_validation" };
}

/** The textfile collector reads no other names; and so a slip of the hand can't name an input or `.env`. */
function readMetricsFile(text: string): Reading<string> {
  if (isMetricsFileName(text)) return { ok: true, value: text };
  return { ok: false, reason: "expected a file whose name ends in .prom, such as mimecast-bulk.prom" };
}

/** Returns whether `--metrics-file` may have this name. */
export function isMetricsFileName(text: string): boolean {
  return /[^/\\]\.prom$/.test(text);
}

function readMaxFailures(text: string): Reading<MaxFailures> {
  if (/^\d{1,3}(?:\.\d{1,9})?%$/.test(text)) {
    const percent = Number.parseFloat(text);
    if (percent > 0 && percent <= 100) return { ok: true, value: { kind: "percent", percent } };
  } else if (/^[1-9]\d{0,14}$/.test(text)) {
    return { ok: true, value: { kind: "count", count: Number(text) } };
  }
  return { ok: false, reason: "expected a number of rows, at least 1, or a percentage such as 5%" };
}

function instant(when: ReturnType<typeof readDeadline>): Reading<number> {
  return when.ok ? { ok: true, value: when.epochMs } : when;
}
