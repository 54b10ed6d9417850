import type { DirectoryApi, Group } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { WaitHooks } from "../domain/long-wait.ts";
import type { MemberColumn } from "../domain/member-columns.ts";
import type { ReadRules } from "../engine/api-reader.ts";
import type { Processes } from "../files/temporary-files.ts";

/** What an export is asked to do. */
export interface ExportJob {
  /** Names or ids, in the order in which the groups are to come; or every group that there is. */
  readonly groups: readonly string[] | "all";
  readonly columns: readonly MemberColumn[];
  /** 1 to 500. */
  readonly pageSize: number;
  readonly output: Output;
  /** A byte order mark in front, for Excel. */
  readonly bom: boolean;
  readonly escapeFormulas: boolean;
  /** `concurrency` is how many groups are read side by side too. */
  readonly reading: ReadRules;
}

export type Output =
  | {
      readonly kind: "file";
      readonly path: string;
      /** Where to write what has changed since the file was written last. */
      readonly changesPath?: string | undefined;
    }
  /** Temporary files whose names begin with `temporary` hold the export until it is complete. */
  | { readonly kind: "stdout"; readonly temporary: string };

export interface ExportParts {
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly directory: DirectoryApi;
  readonly processes: Processes;
  readonly view: ExportView;
  /** Writes to standard output, and resolves when more can be taken; false once nobody reads any more. */
  readonly print: (content: Buffer) => Promise<boolean>;
}

/** Shows people how an export goes. */
export interface ExportView extends WaitHooks {
  /** `progress` can be asked at any time until the export has ended. */
  exporting(groups: readonly Group[], progress: () => ExportProgress): void;
  /** All members of the group are there. */
  groupRead(group: Group, members: number): void;
  /** What was read of a group contradicted itself: it is read once more. */
  groupAgain(group: Group, why: string): void;
  /** What find-groups says of a group is not what was read. */
  countDiffers(group: Group, members: number): void;
  onRetry(what: string, failure: Failure): void;
  exported(): void;
}

export interface ExportProgress {
  readonly members: number;
  readonly groupsRead: number;
}

/** An export that is complete. */
export interface Exported {
  readonly groups: number;
  readonly members: number;
  readonly calls: number;
  /** There if changes were asked for. */
  readonly changes: ChangeCounts | undefined;
}

export interface ChangeCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}
