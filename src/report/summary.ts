import type { ExitCode } from "../domain/exit-code.ts";
import type { OutcomeCounts } from "../domain/outcome.ts";
import type { StopReason } from "../domain/stop-reason.ts";

/** `summary.json`, and what `--json` prints. Times are ISO 8601 in UTC; names are kept from version to version. */
export interface Summary {
  readonly run: string;
  readonly tool: { readonly name: "mimecast-bulk"; readonly version: string };
  readonly tenant: string;
  /** `finished`: every row had its turn. `killed`: written by a later run. */
  readonly state: "finished" | "stopped" | "killed";
  /** Null for a killed run: its process had none of ours. */
  readonly exitCode: ExitCode | null;
  readonly stops: readonly StopReason[];
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly inputs: readonly SummaryInput[];
  readonly rows: number;
  /** Records without a secondary address: they gave no row. */
  readonly withoutAlias: number;
  /** Addresses of other kinds, such as x500, that were passed over. */
  readonly otherAddresses: number;
  readonly outcomes: OutcomeCounts;
  /**
   * Sent rows that did not come to be applied; `repeated` ones failed in an earlier run too. Most first, fifty
   * names of a kind at most: the rest is summed up in a last line, "others".
   */
  readonly failures: { readonly byCode: readonly FailureLine[]; readonly byDomain: readonly FailureLine[] };
  /** Null where a killed run left no count. */
  readonly calls: SummaryCalls | null;
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
  /** Attempts after a row's first. */
  readonly retries: number;
  /** Answered 429, so never executed. */
  readonly answered429: number;
  /** No connection, or the account refused. */
  readonly withoutEffect: number;
  /** Time in which calls were held back to stay within the quota. */
  readonly quotaWaitMs: number;
}

/** Throws if the outcomes do not add up to the rows: then a row has none, or two. */
export function checkedCounts(outcomes: OutcomeCounts, rows: number): OutcomeCounts {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  if (sum !== rows) throw new Error(`${rows} rows were read, but ${sum} have an outcome`);
  return outcomes;
}
