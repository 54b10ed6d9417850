import { csvText } from "../csv/format-csv.ts";
import type { Group } from "../domain/api.ts";
import { RunError } from "../domain/run-error.ts";
import { Reads } from "../engine/api-reader.ts";
import type { Stop } from "../engine/shutdown.ts";
import { chooseGroups } from "./choose-groups.ts";
import { writeChanges } from "./diff.ts";
import { exportGroups } from "./export-groups.ts";
import type { Exported, ExportJob, ExportParts } from "./export-job.ts";
import { listGroups, READ_PERMISSION } from "./find-groups.ts";
import { type OpenOutput, openOutput } from "./output-file.ts";

const BOM = "\ufeff";

/**
 * The whole of an export, in the order in which it happens: open the output, find the groups, read them, compare
 * with the file before, give the file its name. It happens whole or not at all: what throws leaves everything as it
 * was. Throws a RunError for what its user can mend, and a StoppedError if the run stops.
 */
export async function runExport(job: ExportJob, parts: ExportParts, stop: Stop): Promise<Exported> {
  const output = await openOutput(job.output, parts.processes);
  try {
    const exported = await exportInto(output, job, parts, stop);
    const changes = output.changes && (await writeChanges({ ...job, ...output.changes }));
    await output.finish((content) => stop.orStopped(parts.print(content)));
    return { ...exported, changes };
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function exportInto(
  output: OpenOutput,
  job: ExportJob,
  parts: ExportParts,
  stop: Stop,
): Promise<Omit<Exported, "changes">> {
  const { clock, directory, random, view } = parts;
  const reads = new Reads(job.reading, { clock, random, stop, permission: READ_PERMISSION, watch: view });
  const groups = await chosenGroups(job, parts, reads);
  const header = csvText([job.columns]);
  await output.text.append(`${job.bom ? BOM : ""}${header}`);
  const progress = { members: 0, groupsRead: 0 };
  view.exporting(groups, () => progress);
  try {
    await exportGroups(groups, {
      job,
      stop,
      temporaries: output.temporaries,
      reading: {
        directory,
        reads,
        pageSize: job.pageSize,
        folder: output.temporaries.folder,
        again: (group, why) => view.groupAgain(group, why),
      },
      output: output.text,
      counted: (members) => {
        progress.members += members;
      },
      done: (group, members) => {
        progress.groupsRead += 1;
        view.groupRead(group, members);
        // Groups can hold groups, whose members find-groups may count in another way: no contradiction.
        if (group.userCount !== undefined && group.userCount !== members) view.countDiffers(group, members);
      },
    });
  } finally {
    view.exported();
  }
  stop.throwIfStopped();
  return { groups: groups.length, members: progress.members, calls: reads.callCount };
}

const NO_GROUPS = `the account has no groups, or none that the application may see: check its permission ${READ_PERMISSION}, and try again`;

async function chosenGroups(
  job: ExportJob,
  { directory }: ExportParts,
  reads: Reads,
): Promise<readonly Group[]> {
  const all = await listGroups(directory, reads);
  if (job.groups === "all") {
    // An export of nothing would take the place of one with everybody in it.
    if (all.length > 0) return all;
    throw new RunError("input-not-found", NO_GROUPS);
  }
  const choice = chooseGroups(job.groups, all);
  if (choice.ok) return choice.groups;
  throw new RunError("input-not-found", choice.message);
}
