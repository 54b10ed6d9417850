import type { ExitCode, StopReason } from "../domain/exit-code.ts";
import type { OutcomeCounts } from "../domain/outcome.ts";

/** `summary.json`, and what `--json` prints. Times are ISO 8601 in UTC; names are kept from version to version. */
export interface Summary {
  readonly run: string;
  readonly tool: { readonly name: "mimecast-bulk"; readonly version: string };
  readonly tenant: string;
  /** `finished`: every row had its turn. `killed`: written by a later run. */
  readonly state: "finished" | "stopped" | "killed";
  /** Null for a killed run: its process had none of ours. */
  readonly exitCode: ExitCode | null;
  readonly stopReasons: readonly StopReason[];
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly inputs: readonly SummaryInput[];
  /** By option or variable, as people type them; no secret is among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: number;
  /** Records without a secondary address: they gave no row. */
  readonly recordsWithoutAlias: number;
  /** Addresses of other kinds, such as x500, that were passed over. */
  readonly ignoredAddresses: number;
  readonly outcomes: OutcomeCounts;
  /**
   * Sent rows that did not come to be applied; `repeated` ones failed in an earlier run too. Most first, fifty
   * names of a kind at most: the rest is summed up in a last line, "others".
   */
  readonly failures: { readonly byCode: readonly FailureLine[]; readonly byDomain: readonly FailureLine[] };
  /** Null where a killed run left no count. */
  readonly calls: SummaryCalls | null;
  /** How the sending went over time; null where nothing was sent. */
  readonly timeline: SummaryTimeline | null;
  readonly files: Readonly<Record<string, string>>;
}

interface SummaryInput {
  readonly name: string;
  /** In which it was read, found out or given. */
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
  /** By the HTTP status of their answers. What is missing from the total had none that counts. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Attempts after a row's first. */
  readonly retries: number;
  /** Answered 429, so never executed. */
  readonly rateLimited: number;
  /** No connection, or the account refused. */
  readonly failed: number;
  /** Time in which calls were held back to stay within the quota. */
  readonly quotaWaitMs: number;
}

/** A number for each stretch of time, oldest first; all lists are of one length. */
export interface SummaryTimeline {
  readonly startedAt: string;
  readonly durationMs: number;
  /** Length of a stretch: the more, the longer the run took. The last one may not have come to its end. */
  readonly bucketMs: number;
  readonly rows: Readonly<Record<"applied" | "failed" | "unknown", readonly number[]>>;
  /** As in {@link SummaryCalls}; null for a killed run, of which only the outcomes are on record. */
  readonly calls: Readonly<Record<TimelineCalls, readonly number[]>> | null;
}

type TimelineCalls =
  | Exclude<keyof SummaryCalls, "byStatus">
  /** Rows that waited for their retry: the most at once. */
  | "rowsWaiting";

/** The summary as the text of a file: lists of numbers each on one line, or a chart's would fill pages. */
export function summaryText(summary: Summary): string {
  const text = JSON.stringify(summary, undefined, 2);
  // No text of JSON holds a line break, so this finds lists only.
  return `${text.replaceAll(/\[\n[\d\s,.-]+\]/g, (list) => list.replaceAll(/\s+/g, "").replaceAll(",", ", "))}\n`;
}

/** Throws if the outcomes do not add up to the rows: then a row has none, or two. */
export function assertComplete(outcomes: OutcomeCounts, rows: number): OutcomeCounts {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  if (sum !== rows) throw new Error(`${rows} rows were read, but ${sum} have an outcome`);
  return outcomes;
}
