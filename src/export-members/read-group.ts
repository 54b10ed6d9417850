import type { Directory, Group, Member } from "../domain/directory.ts";
import { RunError } from "../domain/run-error.ts";
import { PageError, readPages } from "../engine/pages.ts";
import type { Reads } from "../engine/reads.ts";
import { pageRunError } from "./page-run-error.ts";

/** Where a group's members go while they are read. */
export interface MemberSink {
  write(members: readonly Member[]): Promise<void>;
  /** Forgets what was written. */
  clear(): Promise<void>;
}

export interface GroupReading {
  readonly directory: Directory;
  readonly reads: Reads;
  readonly pageSize: number;
  /** The group is read once more. */
  readonly again: (group: Group, why: string) => void;
}

/**
 * Reads every member of a group into the sink, and returns how many there are. Where that is not what the API's
 * `totalCount` says, somebody may have joined or left meanwhile: the group is read once more.
 *
 * Throws a RunError that names group and page where it can't be read whole, and a StoppedError if the run stops.
 */
export async function readGroup(group: Group, sink: MemberSink, reading: GroupReading): Promise<number> {
  try {
    const first = await readOnce(group, sink, reading);
    if (first.contradiction === undefined) return first.members;
    reading.again(group, first.contradiction);
    await sink.clear();
    const second = await readOnce(group, sink, reading);
    if (second.contradiction === undefined) return second.members;
    throw new RunError("incomplete", `${groupWords(group)}, ${second.contradiction}, also when read again`);
  } catch (error) {
    if (error instanceof PageError) throw pageRunError(groupWords(group), error);
    throw error;
  }
}

interface OneReading {
  readonly members: number;
  /** Where the API's count and what was read differ: in which way, after the group's name. */
  readonly contradiction: string | undefined;
}

async function readOnce(group: Group, sink: MemberSink, reading: GroupReading): Promise<OneReading> {
  const { directory, pageSize, reads } = reading;
  const pages = readPages(groupWords(group), pageSize, reads, (page, call) =>
    directory.groupMembers(group.id, page, call),
  );
  let members = 0;
  let last = 0;
  let totalCount: number | undefined;
  for await (const page of pages) {
    await sink.write(page.items);
    members += page.items.length;
    last = page.number;
    // The latest counts: who joined behind the place of reading is in it, and is read as well.
    totalCount = page.totalCount ?? totalCount;
  }
  const isTrue = totalCount === undefined || totalCount === members;
  const contradiction = `page ${last}: it is the last one, and ${members} members were read, but totalCount is ${totalCount}`;
  return { members, contradiction: isTrue ? undefined : contradiction };
}

/** Ids are long, and names are not unique: so much of the id tells which one it is. */
const ID_SHOWN = 16;

function groupWords({ id, name }: Group): string {
  return `group '${name}' (${id.length > ID_SHOWN ? `${id.slice(0, ID_SHOWN)}…` : id})`;
}
