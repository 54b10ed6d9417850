import type { ExitCode, StopReason } from "../domain/exit-code.ts";
import type { OutcomeCounts } from "../domain/outcome.ts";

/** The content of `summary.json`, which `--json` prints. Times are ISO 8601 in UTC. Names don't change between versions. */
export interface Summary {
  readonly run: string;
  readonly tool: { readonly name: "mimecast-bulk"; readonly version: string };
  readonly tenant: string;
  /** `finished`: every row was processed. `killed`: a later run wrote this summary. */
  readonly state: "finished" | "stopped" | "killed";
  /** Null for a killed run: its process ended without one of the tool's exit codes. */
  readonly exitCode: ExitCode | null;
  readonly stopReasons: readonly StopReason[];
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly inputs: readonly SummaryInput[];
  /** Values by option or variable, as typed; without secrets. */
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: number;
  /** Records without a secondary address, which give no row. */
  readonly recordsWithoutAlias: number;
  /** Skipped addresses of other kinds, such as x500. */
  readonly ignoredAddresses: number;
  readonly outcomes: OutcomeCounts;
  /**
   * Rows that were sent and not applied; `repeated` ones failed in an earlier run too. Most frequent first, at
   * most fifty names a list; a last line, "others", sums up the rest.
   */
  readonly failures: { readonly byCode: readonly FailureLine[]; readonly byDomain: readonly FailureLine[] };
  /** Null if a killed run left no counts. */
  readonly calls: SummaryCalls | null;
  /** Rows, calls and waits over time; null if nothing was sent. */
  readonly timeline: SummaryTimeline | null;
  readonly files: Readonly<Record<string, string>>;
}

interface SummaryInput {
  readonly name: string;
  /** The encoding it was read in, detected or given. */
  readonly encoding: string | null;
  readonly sha256: string | null;
  readonly bytes: number | null;
}

export interface FailureLine {
  readonly name: string;
  readonly new: number;
  readonly repeated: number;
}

export interface SummaryCalls {
  readonly total: number;
  /** Number of answers by HTTP status. Calls without a usable answer count only in `total`. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Attempts after a row's first. */
  readonly retries: number;
  /** Calls answered 429, which the server did not execute. */
  readonly rateLimited: number;
  /** Calls without a connection, or for which the account was refused. */
  readonly failed: number;
  /** Time in which the tool held calls back to stay within the quota. */
  readonly quotaWaitMs: number;
}

/** Counts for each time bucket, oldest first; all lists have the same length. */
export interface SummaryTimeline {
  readonly startedAt: string;
  readonly durationMs: number;
  /** Length of a bucket, which grows with the length of the run. The last bucket may be incomplete. */
  readonly bucketMs: number;
  readonly rows: Readonly<Record<"applied" | "failed" | "unknown", readonly number[]>>;
  /** Counts as in {@link SummaryCalls}; null for a killed run, because only its outcomes are on record. */
  readonly calls: Readonly<Record<TimelineCalls, readonly number[]>> | null;
}

type TimelineCalls =
  | Exclude<keyof SummaryCalls, "byStatus">
  /** Maximum number of rows that waited for a retry at one time. */
  | "rowsWaiting";

/** Formats the summary as JSON with each list of numbers on one line; otherwise a timeline would fill pages. */
export function summaryText(summary: Summary): string {
  const text = JSON.stringify(summary, undefined, 2);
  // A string in JSON has no raw line break, so this matches only lists.
  return `${text.replaceAll(/\[\n[\d\s,.-]+\]/g, (list) => list.replaceAll(/\s+/g, "").replaceAll(",", ", "))}\n`;
}

/** Throws if the outcomes don't add up to the rows: then a row has no outcome, or two. */
export function assertComplete(outcomes: OutcomeCounts, rows: number): OutcomeCounts {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  if (sum !== rows) throw new Error(`${rows} rows were read, but ${sum} have an outcome`);
  return outcomes;
}
