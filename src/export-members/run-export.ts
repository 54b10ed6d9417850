import { formatCsv } from "../csv/format-csv.ts";
import type { Group } from "../domain/api.ts";
import { RunError } from "../domain/run-error.ts";
import { ApiReader } from "../engine/api-reader.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import { resolveGroups } from "./choose-groups.ts";
import { writeChanges } from "./diff.ts";
import { exportGroups } from "./export-groups.ts";
import type { Exported, ExportJob, ExportParts } from "./export-job.ts";
import { listGroups, READ_PERMISSION } from "./find-groups.ts";
import { type OpenOutput, openOutput } from "./output-file.ts";

const BOM = "\ufeff";

/**
 * Runs an export: opens the output, finds the groups, reads them, compares with the previous file, publishes the new one.
 * An export is atomic: after an error all existing files are unchanged. Throws a RunError for errors that the user can
 * fix, and a StoppedError if the run stops.
 */
export async function runExport(job: ExportJob, parts: ExportParts, shutdown: Shutdown): Promise<Exported> {
  const output = await openOutput(job.output, parts.processes);
  try {
    const exported = await exportInto(output, job, parts, shutdown);
    const changes = output.changes && (await writeChanges({ ...job, ...output.changes }));
    await output.finish((content) => shutdown.untilDrained(parts.print(content)));
    return { ...exported, changes };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function exportInto(
  output: OpenOutput,
  job: ExportJob,
  parts: ExportParts,
  shutdown: Shutdown,
): Promise<Omit<Exported, "changes">> {
  const { clock, directory, random, view } = parts;
  const reader = new ApiReader(job.reading, {
    clock,
    random,
    shutdown,
    permission: READ_PERMISSION,
    hooks: view,
  });
  const groups = await requestedGroups(job, parts, reader);
  const header = formatCsv([job.columns]);
  await output.text.append(`${job.bom ? BOM : ""}${header}`);
  const progress = { members: 0, groupsRead: 0 };
  view.exporting(groups, () => progress);
  try {
    await exportGroups(groups, {
      job,
      shutdown,
      temporaries: output.temporaries,
      reading: {
        directory,
        reader,
        pageSize: job.pageSize,
        folder: output.temporaries.folder,
        onReread: (group, why) => view.groupAgain(group, why),
      },
      output: output.text,
      counted: (members) => {
        progress.members += members;
      },
      done: (group, members) => {
        progress.groupsRead += 1;
        view.groupRead(group, members);
        // A difference is not an error: groups can contain groups, whose members find-groups may count in another way.
        if (group.userCount !== undefined && group.userCount !== members) view.countDiffers(group, members);
      },
    });
  } finally {
    view.exported();
  }
  shutdown.throwIfStopped();
  return { groups: groups.length, members: progress.members, calls: reader.callCount };
}

const NO_GROUPS = `the account has no groups, or none that the application may see. Check its permission ${READ_PERMISSION}, and try again`;

async function requestedGroups(
  job: ExportJob,
  { directory }: ExportParts,
  reader: ApiReader,
): Promise<readonly Group[]> {
  const all = await listGroups(directory, reader);
  if (job.groups === "all") {
    // Otherwise an empty export would replace one that has all members.
    if (all.length > 0) return all;
    throw new RunError("input-not-found", NO_GROUPS);
  }
  const choice = resolveGroups(job.groups, all);
  if (choice.ok) return choice.groups;
  throw new RunError("input-not-found", choice.message);
}
