import type { DirectoryApi, Group } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { MemberColumn } from "../domain/member-columns.ts";
import type { ReadRules } from "../engine/api-reader.ts";
import type { Processes } from "../files/temporary-files.ts";

/** The settings of an export. */
export interface ExportJob {
  /** Names or ids in the order of the output, or every group of the account. */
  readonly groups: readonly string[] | "all";
  readonly columns: readonly MemberColumn[];
  /** 1 to 500. */
  readonly pageSize: number;
  readonly output: Output;
  /** True if the file begins with a byte order mark, for Excel. */
  readonly bom: boolean;
  readonly escapeFormulas: boolean;
  /** Rules of the calls. `concurrency` also limits how many groups are read concurrently. */
  readonly reading: ReadRules;
}

export type Output =
  | {
      readonly kind: "file";
      readonly path: string;
      /** The file for the changes since the previous export. */
      readonly changesPath?: string | undefined;
    }
  /** Temporary files whose names begin with `temporary` store the export until it is complete. */
  | { readonly kind: "stdout"; readonly temporary: string };

export interface ExportParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly directory: DirectoryApi;
  readonly processes: Processes;
  readonly view: ExportView;
  /** Writes to standard output. Resolves when it can accept more; false once its reader has closed it. */
  readonly print: (content: Buffer) => Promise<boolean>;
}

/** Shows the user the progress of an export. */
export interface ExportView extends WaitHooks {
  /** The export begins. `progress` can be called at any time until {@link exported}. */
  exporting(groups: readonly Group[], progress: () => ExportProgress): void;
  /** All members of the group have been read. */
  groupRead(group: Group, members: number): void;
  /** The pages of a group contradict each other: it is read once more. */
  groupAgain(group: Group, why: string): void;
  /** The member count that find-groups reports differs from what was read. */
  countDiffers(group: Group, members: number): void;
  onRetry(what: string, failure: Failure): void;
  exported(): void;
}

export interface ExportProgress {
  readonly members: number;
  readonly groupsRead: number;
}

/** The result of a complete export. */
export interface Exported {
  readonly groups: number;
  readonly members: number;
  readonly calls: number;
  /** Present if changes were requested. */
  readonly changes: ChangeCounts | undefined;
}

export interface ChangeCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}
