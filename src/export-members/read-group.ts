import type { Directory, Group, Member } from "../domain/directory.ts";
import type { PageRequest } from "../domain/page.ts";
import type { CallControl } from "../domain/updater.ts";
import type { Reads } from "../engine/reads.ts";
import { readWhole } from "../engine/whole-list.ts";
import { openKeyList } from "../ledger/key-list.ts";

/** Where a group's members go while they are read. */
export interface MemberSink {
  /** Forgets what was written: the group is read from its beginning. */
  begin(): Promise<void>;
  write(members: readonly Member[]): Promise<void>;
}

export interface GroupReading {
  readonly directory: Directory;
  readonly reads: Reads;
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
export async function readGroup(group: Group, sink: MemberSink, reading: GroupReading): Promise<number> {
  const { again, directory, folder, pageSize, reads } = reading;
  const begin = async () => {
    await sink.begin();
    return {
      call: (page: PageRequest, call: CallControl) => directory.groupMembers(group.id, page, call),
      take: (members: readonly Member[]) => sink.write(members),
    };
  };
  const openKeys = () => openKeyList(folder);
  const list = { what: groupWords(group), items: "members", pageSize, keyOf: memberKey, openKeys, begin };
  return await readWhole(list, reads, (why) => again(group, why));
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
