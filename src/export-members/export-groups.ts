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

/** The parts that {@link exportGroups} works with. */
export interface GroupsExport {
  readonly job: ExportJob;
  readonly reading: GroupReading;
  readonly temporaries: TemporaryFiles;
  readonly shutdown: Shutdown;
  /** Receives the lines of the groups, one group after the other. */
  readonly output: AppendFile;
  /** Called when members were read; with a negative number when their group is read again. */
  readonly counted: (members: number) => void;
  /** Called when a group is complete in the output. */
  readonly done: (group: Group, members: number) => void;
}

/**
 * Reads groups concurrently and writes their lines to the output in order. The first group in progress is written
 * directly; the lines of any other group are spooled to disk until all groups before it are done. At most `concurrency`
 * groups are read or wait at a time, so memory holds one page of each.
 *
 * Throws the first error of any group, and cancels the others.
 */
export async function exportGroups(groups: readonly Group[], parts: GroupsExport): Promise<void> {
  const { concurrency } = parts.job.reading;
  const started: { readonly group: Group; readonly reading: Promise<GroupRead> }[] = [];
  const failures: { readonly error: unknown }[] = [];
  const start = (group: Group): void => {
    const reading = started.length === 0 ? readIntoOutput(group, parts) : readIntoSpool(group, parts);
    reading.catch((error: unknown) => {
      failures.push({ error });
      // The export has failed: cancel the calls of the other groups.
      parts.shutdown.abortNow();
    });
    started.push({ group, reading });
  };
  const finishFirst = async (): Promise<void> => {
    const first = started[0];
    if (first === undefined) return;
    const { members, spool } = await first.reading;
    started.shift();
    if (spool !== undefined) await move(spool, parts.output);
    parts.done(first.group, members);
  };
  try {
    for (const group of groups) {
      while (started.length >= concurrency) await finishFirst();
      start(group);
    }
    while (started.length > 0) await finishFirst();
  } catch (error) {
    // The first failure caused all later ones, including those of the calls that are cancelled now.
    const cause = failures[0]?.error ?? error;
    parts.shutdown.abortNow();
    for (const { reading } of started)
      await reading.then(({ spool }) => spool?.close()).catch(() => undefined);
    throw cause;
  }
}

/** A group that was read completely. */
interface GroupRead {
  readonly members: number;
  /** Contains its lines; undefined if they are already in the output. */
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

/** The destination of a group's members while they are read. */
interface MemberSink {
  /** Discards what was written, because the group is read from its beginning. */
  begin(): Promise<void>;
  write(members: readonly Member[]): Promise<void>;
}

interface GroupReading {
  readonly directory: DirectoryApi;
  readonly reader: ApiReader;
  readonly pageSize: number;
  /** The folder in which the addresses of a large group are sorted: one with enough space for the export. */
  readonly folder: string;
  /** Called when the group is read again. */
  readonly onReread: (group: Group, why: string) => void;
}

/**
 * Reads every member of a group into the sink, and returns their number. Throws a RunError that names group and page if
 * the group can't be read completely, and a StoppedError if the run stops.
 */
async function readGroup(group: Group, sink: MemberSink, reading: GroupReading): Promise<number> {
  const { directory, folder, onReread, pageSize, reader } = reading;
  const begin = async () => {
    await sink.begin();
    return {
      call: (page: PageRequest, call: CallOptions) => directory.groupMembers(group.id, page, call),
      onPage: (members: readonly Member[]) => sink.write(members),
    };
  };
  const openKeys = () => openKeyList(folder);
  const list = { what: groupLabel(group), items: "members", pageSize, keyOf: memberKey, openKeys, begin };
  return await readCompleteList(list, reader, (why) => onReread(group, why));
}

/** Returns the address of a member, or the domain if it is a whole domain. Returns undefined if it has neither. */
function memberKey({ domain, emailAddress }: Member): string | undefined {
  if (emailAddress !== "") return emailAddress;
  return domain === "" ? undefined : `@${domain}`;
}

/** Characters of an id in messages. Ids are long and names are not unique; this much identifies a group. */
const ID_SHOWN = 16;

function groupLabel({ id, name }: Group): string {
  return `group '${name}' (${id.length > ID_SHOWN ? `${id.slice(0, ID_SHOWN)}…` : id})`;
}
