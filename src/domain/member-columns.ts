import type { Group, Member } from "./api.ts";

/** The columns that an export can have, by their names in its header. */
export const MEMBER_COLUMNS = [
  "group",
  "groupId",
  "emailAddress",
  "name",
  "domain",
  "internal",
  "type",
  "notes",
] as const;

export type MemberColumn = (typeof MEMBER_COLUMNS)[number];

export const DEFAULT_MEMBER_COLUMNS: readonly MemberColumn[] = [
  "group",
  "emailAddress",
  "name",
  "domain",
  "internal",
  "type",
];

/** Returns a function that formats a member's cells in the order of the columns. Fields that the API omits are empty. */
export function memberCells(columns: readonly MemberColumn[]): (group: Group, member: Member) => string[] {
  const cells = columns.map((column) => CELLS[column]);
  return (group, member) => cells.map((cell) => cell(group, member));
}

const CELLS: Readonly<Record<MemberColumn, (group: Group, member: Member) => string>> = {
  group: ({ name }) => name,
  groupId: ({ id }) => id,
  emailAddress: (_, { emailAddress }) => emailAddress,
  name: (_, { name }) => name,
  domain: (_, { domain }) => domain,
  internal: (_, { internal }) => (internal === undefined ? "" : String(internal)),
  type: (_, { type }) => type,
  notes: (_, { notes }) => notes,
};
