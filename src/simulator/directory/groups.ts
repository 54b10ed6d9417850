import { createHash } from "node:crypto";
import type { DirectoryContent, GroupContent, MemberContent } from "./directory-file.ts";
import type { List } from "./paging.ts";

/** Real ids have about 250 characters of base64url (D). */
const ID_LENGTH = 250;
const GENERATED_DOMAIN = "company.example";
const DEFAULT_TYPE = "created_manually";

/** A group of the simulated account. Generated members are created when their page is requested. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly source: "cloud" | "ldap";
  readonly members: List;
  readonly listedTwice: boolean;
  /** The group's entry in find-groups. */
  readonly folder: object;
}

/** Returns the groups, in the order of the file. */
export function groupsOf(content: DirectoryContent): readonly Group[] {
  return (content.groups ?? []).map(groupOf);
}

/** Returns the list that find-groups gives for a query: the groups of one source whose name contains it. */
export function groupList(
  groups: readonly Group[],
  query: string,
  source: Group["source"],
  quirks: List["quirks"],
): List {
  const searchTerm = query.toLowerCase();
  const found = groups.filter(
    (group) => group.source === source && group.name.toLowerCase().includes(searchTerm),
  );
  const listed = [...found, ...found.filter((group) => group.listedTwice)];
  return {
    name: `groups ${source} ${searchTerm}`,
    count: listed.length,
    items: (start, end) => listed.slice(start, end).map((group) => group.folder),
    quirks,
  };
}

function groupOf(content: GroupContent, index: number): Group {
  const { name, id = idOf(name, index), parentId = "", source = "cloud", folderCount = 0 } = content;
  const members = memberList(id, content);
  const userCount = content.userCount ?? members.count;
  return {
    id,
    name,
    source,
    members,
    listedTwice: content.listedTwice ?? false,
    folder: { id, description: name, parentId, source, userCount, folderCount },
  };
}

function memberList(id: string, { members, quirks }: GroupContent): List {
  const name = `members ${id}`;
  if (typeof members === "number") {
    const items = (start: number, end: number) =>
      Array.from({ length: Math.max(0, end - start) }, (_, index) => generatedMember(start + index + 1));
    return { name, count: members, items, quirks };
  }
  const items = (start: number, end: number) => members.slice(start, end).map(memberItem);
  return { name, count: members.length, items, quirks };
}

function generatedMember(number: number): object {
  return {
    emailAddress: `member${number}@${GENERATED_DOMAIN}`,
    domain: GENERATED_DOMAIN,
    internal: true,
    type: DEFAULT_TYPE,
    name: `Member ${number}`,
  };
}

function memberItem({ emailAddress, name = "", domain, internal = true, type, notes }: MemberContent) {
  return {
    emailAddress,
    domain: domain ?? emailAddress.slice(emailAddress.lastIndexOf("@") + 1),
    internal,
    type: type ?? DEFAULT_TYPE,
    name,
    ...(notes === undefined ? {} : { notes }),
  };
}

function idOf(name: string, index: number): string {
  const hash = createHash("shake256", { outputLength: ID_LENGTH }).update(`${index} ${name}`);
  return hash.digest("base64url").slice(0, ID_LENGTH);
}
