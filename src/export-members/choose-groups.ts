import { displayText } from "../domain/address.ts";
import type { Group } from "../domain/api.ts";
import { unescapeFormula } from "../domain/formula.ts";

/** The groups that the user named, or why they can't be resolved. */
export type GroupChoice =
  | { readonly ok: true; readonly groups: readonly Group[] }
  /** A complete message, one problem a line. */
  | { readonly ok: false; readonly message: string };

/** Maximum number of candidates in a message; the command `groups` lists all. */
const CANDIDATES_SHOWN = 10;

/**
 * Returns the requested groups, in that order, each once. Matches a group by its id, otherwise by its exact name,
 * otherwise by its name ignoring case.
 */
export function resolveGroups(requested: readonly string[], all: readonly Group[]): GroupChoice {
  const found = new Map<string, Group>();
  const problems: string[] = [];
  for (const text of requested) {
    const [group, ...others] = matchGroups(text, all);
    if (group === undefined) problems.push(unknownMessage(text, all));
    else if (others.length > 0) problems.push(ambiguousMessage(text, [group, ...others]));
    else found.set(group.id, group);
  }
  return problems.length === 0
    ? { ok: true, groups: [...found.values()] }
    : { ok: false, message: problems.join("\n") };
}

function matchGroups(typed: string, all: readonly Group[]): readonly Group[] {
  // The text may be copied from a table that this tool wrote, where a leading `-` of an id is escaped.
  const asWritten = [typed, unescapeFormula(typed)];
  const byId = all.filter(({ id }) => asWritten.includes(id));
  if (byId.length > 0) return byId;
  const byName = all.filter(({ name }) => asWritten.includes(name));
  if (byName.length > 0) return byName;
  const folded = typed.trim().toLowerCase();
  return all.filter(({ name }) => name.trim().toLowerCase() === folded);
}

function ambiguousMessage(text: string, candidates: readonly Group[]): string {
  return `${candidates.length} groups are named '${displayText(text)}'; use the id of the one you want:${list(candidates)}`;
}

function unknownMessage(text: string, all: readonly Group[]): string {
  const words = text
    .toLowerCase()
    .split(/\s/)
    .filter((word) => word !== "");
  const near = all.filter(({ id, name }) => {
    return id.startsWith(text) || words.some((word) => name.toLowerCase().includes(word));
  });
  const problem = `no group has the name or id '${displayText(text)}'`;
  if (near.length > 0) return `${problem}. Similar groups:${list(near)}`;
  if (all.length === 0) return `${problem}: the account has no groups`;
  return `${problem}. mimecast-bulk groups lists all ${all.length} groups, among them:${list(all)}`;
}

/** Lists groups with their complete ids, ready to be copied. */
function list(candidates: readonly Group[]): string {
  const lines = candidates.slice(0, CANDIDATES_SHOWN).map(({ id, name, source, userCount }) => {
    const members = userCount === undefined ? "" : `, ${userCount} members`;
    return `\n  ${displayText(name)} (${source}${members}): ${id}`;
  });
  const more = candidates.length - CANDIDATES_SHOWN;
  return `${lines.join("")}${more > 0 ? `\n  and ${more} more` : ""}`;
}
