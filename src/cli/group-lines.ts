import { csvText } from "../csv/csv-text.ts";
import type { Group } from "../domain/directory.ts";
import { plainText } from "../domain/plain-text.ts";
import { count } from "../domain/words.ts";

/** Enough of an id to tell groups of one name apart; it has some 250 characters. */
const ID_SHOWN = 16;

/** Groups as a table for people. Names come last, as their width on a terminal is not known. */
export function groupTable(groups: readonly Group[]): string {
  const rows = groups.map(({ id, name, source, userCount }) => ({
    members: userCount === undefined ? "?" : count(userCount),
    source: plainText(source),
    id: id.length > ID_SHOWN ? `${plainText(id.slice(0, ID_SHOWN - 1))}…` : plainText(id),
    name: plainText(name),
  }));
  const lines = [{ members: "members", source: "source", id: "id", name: "name" }, ...rows];
  const width = (column: "members" | "source" | "id") =>
    Math.max(...lines.map((line) => line[column].length));
  const [members, source, id] = [width("members"), width("source"), width("id")];
  return lines
    .map((line) => {
      const cells = [
        line.members.padStart(members),
        line.source.padEnd(source),
        line.id.padEnd(id),
        line.name,
      ];
      return `${cells.join("  ")}\n`;
    })
    .join("");
}

/** Groups as CSV, with their ids in full. */
export function groupCsv(groups: readonly Group[]): string {
  const rows = groups.map(({ id, name, source, userCount = "", folderCount = "", parentId }) => {
    return [name, id, source, userCount, folderCount, parentId];
  });
  return csvText([["name", "id", "source", "userCount", "folderCount", "parentId"], ...rows]);
}
