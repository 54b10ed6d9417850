import { displayText } from "../domain/address.ts";
import type { Group } from "../domain/api.ts";
import { unescapeFormula } from "../domain/formula.ts";

/** Which groups are meant, or why that can't be told. */
export type GroupChoice =
  | { readonly ok: true; readonly groups: readonly Group[] }
  /** A complete message, one problem a line. */
  | { readonly ok: false; readonly message: string };

/** Enough to find the one that was meant; `groups` lists all. */
const CANDIDATES_SHOWN = 10;

/**
 * The groups that were asked for, in that order, each once. A group is meant by its id, else by its name as written,
 * else by its name without regard to case.
 */
export function resolveGroups(asked: readonly string[], all: readonly Group[]): GroupChoice {
  const found = new Map<string, Group>();
  const problems: string[] = [];
  for (const text of asked) {
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
  // Copied out of a table that this tool wrote, where an id can begin with `-`.
  const asWritten = [typed, unescapeFormula(typed)];
  const byId = all.filter(({ id }) => asWritten.includes(id));
  if (byId.length > 0) return byId;
  const byName = all.filter(({ name }) => asWritten.includes(name));
  if (byName.length > 0) return byName;
  const folded = typed.trim().toLowerCase();
  return all.filter(({ name }) => name.trim().toLowerCase() === folded);
}

function ambiguousMessage(text: string, candidates: readonly Group[]): string {
  return `${candidates.length} groups are named '${displayText(text)}'; name the one you mean by its id:${list(candidates)}`;
}

function unknownMessage(text: string, all: readonly Group[]): string {
  const words = text
    .toLowerCase()
    .split(/\s/)
    .filter((word) => word !== "");
  const near = all.filter(({ id, name }) => {
    return id.startsWith(text) || words.some((word) => name.toLowerCase().includes(word));
  });
  const said = `no group has the name or id '${displayText(text)}'`;
  if (near.length > 0) return `${said}. There are:${list(near)}`;
  if (all.length === 0) return `${said}: the account has no groups`;
  return `${said}. mimecast-bulk groups lists all ${all.length} groups, among them:${list(all)}`;
}

/** Ids in full, as they are to be typed. */
function list(candidates: readonly Group[]): string {
  const lines = candidates.slice(0, CANDIDATES_SHOWN).map(({ id, name, source, userCount }) => {
    const members = userCount === undefined ? "" : `, ${userCount} members`;
    return `\n  ${displayText(name)} (${source}${members}): ${id}`;
  });
  const more = candidates.length - CANDIDATES_SHOWN;
  return `${lines.join("")}${more > 0 ? `\n  and ${more} more` : ""}`;
}
