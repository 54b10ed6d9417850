import { csvText } from "../csv/csv-text.ts";
import type { Group } from "../domain/directory.ts";
import { memberCells } from "../domain/member-columns.ts";
import type { Stop } from "../engine/stop.ts";
import { Spool } from "../files/spool.ts";
import type { TemporaryFiles } from "../files/temporary-files.ts";
import type { ExportJob } from "./export-job.ts";
import { type GroupReading, readGroup } from "./read-group.ts";

export interface GroupsExport {
  readonly job: ExportJob;
  readonly reading: GroupReading;
  readonly temporaries: TemporaryFiles;
  readonly stop: Stop;
  /** Takes in the text of the groups, one after the other. */
  readonly append: (chunk: Buffer) => Promise<void>;
  /** Members came, or went as their group is read again. */
  readonly counted: (members: number) => void;
  /** The group is complete, and its text taken in. */
  readonly done: (group: Group, members: number) => void;
}

/**
 * Reads groups side by side and hands their lines on in order. A group's lines are on disk until all before it are
 * handed on, and no more groups are read or wait than may be read side by side: so memory holds a page of each.
 *
 * Throws what keeps a group from being read whole, as soon as it is the first in order or not; the others are then
 * given up.
 */
export async function exportGroups(groups: readonly Group[], parts: GroupsExport): Promise<void> {
  const { concurrency } = parts.job.reading;
  const waiting: { readonly group: Group; readonly spool: Promise<FilledSpool> }[] = [];
  const failures: { readonly error: unknown }[] = [];
  const begin = (group: Group): void => {
    const spool = spoolGroup(group, parts);
    spool.catch((error: unknown) => {
      failures.push({ error });
      // What the others would still read is of no use.
      parts.stop.abandon();
    });
    waiting.push({ group, spool });
  };
  const handOn = async (): Promise<void> => {
    const next = waiting[0];
    if (next === undefined) return;
    const { spool, members } = await next.spool;
    waiting.shift();
    try {
      for await (const chunk of spool.chunks()) await parts.append(chunk);
    } finally {
      await spool.close();
    }
    parts.done(next.group, members);
  };
  try {
    for (const group of groups) {
      while (waiting.length >= concurrency) await handOn();
      begin(group);
    }
    while (waiting.length > 0) await handOn();
  } catch (error) {
    // The first that went wrong is the cause of all others, of those too that are given up now.
    const cause = failures[0]?.error ?? error;
    parts.stop.abandon();
    for (const { spool } of waiting)
      await spool.then((filled) => filled.spool.close()).catch(() => undefined);
    throw cause;
  }
}

interface FilledSpool {
  readonly spool: Spool;
  readonly members: number;
}

async function spoolGroup(
  group: Group,
  { job, reading, temporaries, counted }: GroupsExport,
): Promise<FilledSpool> {
  const cells = memberCells(job.columns);
  const spool = await Spool.open(temporaries.next());
  let written = 0;
  try {
    const members = await readGroup(
      group,
      {
        async write(page) {
          const rows = page.map((member) => cells(group, member));
          if (rows.length > 0) await spool.append(csvText(rows, job));
          written += rows.length;
          counted(rows.length);
        },
        clear() {
          spool.clear();
          counted(-written);
          written = 0;
        },
      },
      reading,
    );
    return { spool, members };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
