import { formatCsv } from "../csv/format-csv.ts";
import type { CallOptions, DirectoryApi, Group, Member } from "../domain/api.ts";
import { memberCells } from "../domain/member-columns.ts";
import type { PageRequest } from "../domain/response.ts";
import type { ApiReader } from "../engine/api-reader.ts";
import { readCompleteList } from "../engine/list-reader.ts";
import type { Shutdown } from "../engine/shutdown.ts";
import type { AppendFile } from "../files/append-file.ts";
import { Spool } from "../files/spool.ts";
import type { TemporaryFiles } from "../files/temporary-files.ts";
import { openKeyList } from "../ledger/key-list.ts";
import type { ExportJob } from "./export-job.ts";

export interface GroupsExport {
  readonly job: ExportJob;
  readonly reading: GroupReading;
  readonly temporaries: TemporaryFiles;
  readonly shutdown: Shutdown;
  /** Takes in the lines of the groups, one group after the other. */
  readonly output: AppendFile;
  /** Members came, or went as their group is read again. */
  readonly counted: (members: number) => void;
  /** The group is complete, and in the output. */
  readonly done: (group: Group, members: number) => void;
}

/**
 * Reads groups side by side and brings their lines into the output in order. A group that begins as the first of those
 * that are read is written there at once; the lines of another are on disk until all groups before it are done, and no
 * more groups are read or wait than may be read side by side. So memory holds a page of each.
 *
 * Throws what keeps a group from being read whole, as soon as it is the first in order or not; the others are then
 * given up.
 */
export async function exportGroups(groups: readonly Group[], parts: GroupsExport): Promise<void> {
  const { concurrency } = parts.job.reading;
  const begun: { readonly group: Group; readonly reading: Promise<GroupRead> }[] = [];
  const failures: { readonly error: unknown }[] = [];
  const begin = (group: Group): void => {
    const reading = begun.length === 0 ? readIntoOutput(group, parts) : readIntoSpool(group, parts);
    reading.catch((error: unknown) => {
      failures.push({ error });
      // What the others would still read is of no use.
      parts.shutdown.abortNow();
    });
    begun.push({ group, reading });
  };
  const end = async (): Promise<void> => {
    const first = begun[0];
    if (first === undefined) return;
    const { members, spool } = await first.reading;
    begun.shift();
    if (spool !== undefined) await move(spool, parts.output);
    parts.done(first.group, members);
  };
  try {
    for (const group of groups) {
      while (begun.length >= concurrency) await end();
      begin(group);
    }
    while (begun.length > 0) await end();
  } catch (error) {
    // The first that went wrong is the cause of all others, of those too that are given up now.
    const cause = failures[0]?.error ?? error;
    parts.shutdown.abortNow();
    for (const { reading } of begun) await reading.then(({ spool }) => spool?.close()).catch(() => undefined);
    throw cause;
  }
}

/** A group that was read whole. */
interface GroupRead {
  readonly members: number;
  /** Where its lines are; undefined where they are in the output already. */
  readonly spool?: Spool;
}

async function readIntoOutput(group: Group, parts: GroupsExport): Promise<GroupRead> {
  return { members: await readInto(parts.output, group, parts) };
}

async function readIntoSpool(group: Group, parts: GroupsExport): Promise<GroupRead> {
  const spool = await Spool.open(parts.temporaries.next());
  try {
    return { members: await readInto(spool, group, parts), spool };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function readInto(
  file: AppendFile,
  group: Group,
  { job, reading, counted }: GroupsExport,
): Promise<number> {
  const cells = memberCells(job.columns);
  const beginBytes = file.lengthBytes;
  let written = 0;
  const sink: MemberSink = {
    async begin() {
      if (written > 0) await file.truncate(beginBytes);
      counted(-written);
      written = 0;
    },
    async write(page) {
      const rows = page.map((member) => cells(group, member));
      if (rows.length > 0) await file.append(formatCsv(rows, job));
      written += rows.length;
      counted(rows.length);
    },
  };
  return await readGroup(group, sink, reading);
}

async function move(spool: Spool, output: AppendFile): Promise<void> {
  try {
    for await (const chunk of spool.chunks()) await output.append(chunk);
  } finally {
    await spool.close();
  }
}

/** Where a group's members go while they are read. */
interface MemberSink {
  /** Forgets what was written: the group is read from its beginning. */
  begin(): Promise<void>;
  write(members: readonly Member[]): Promise<void>;
}

interface GroupReading {
  readonly directory: DirectoryApi;
  readonly reader: ApiReader;
  readonly pageSize: number;
  /** Where the addresses of a large group are sorted: a folder that has room for the export. */
  readonly folder: string;
  /** The group is read again. */
  readonly again: (group: Group, why: string) => void;
}

/**
 * Reads every member of a group into the sink, and returns how many there are. Throws a RunError that names group and
 * page where it can't be read whole, and a StoppedError if the run stops.
 */
async function readGroup(group: Group, sink: MemberSink, reading: GroupReading): Promise<number> {
  const { again, directory, folder, pageSize, reader } = reading;
  const begin = async () => {
    await sink.begin();
    return {
      call: (page: PageRequest, call: CallOptions) => directory.groupMembers(group.id, page, call),
      onPage: (members: readonly Member[]) => sink.write(members),
    };
  };
  const openKeys = () => openKeyList(folder);
  const list = { what: groupWords(group), items: "members", pageSize, keyOf: memberKey, openKeys, begin };
  return await readCompleteList(list, reader, (why) => again(group, why));
}

/** A member that is a whole domain has no address. One that has neither can't be told from another. */
function memberKey({ domain, emailAddress }: Member): string | undefined {
  if (emailAddress !== "") return emailAddress;
  return domain === "" ? undefined : `@${domain}`;
}

/** Ids are long, and names are not unique: so much of the id tells which one it is. */
const ID_SHOWN = 16;

function groupWords({ id, name }: Group): string {
  return `group '${name}' (${id.length > ID_SHOWN ? `${id.slice(0, ID_SHOWN)}…` : id})`;
}
