import type { MemberContent } from "../../../src/simulator/directory/directory-file.ts";
import type { ChaosGroup } from "./directory.ts";

const HEADER = ["group", "emailAddress", "name", "domain", "internal", "type"];

/** The records of a complete export, by the words of docs/export.md. */
export function exportOf(groups: readonly ChaosGroup[]): string[][] {
  return [
    HEADER,
    ...groups.flatMap(({ members, name }) => members.map((one) => cellsOf(name, one).map(escaped))),
  ];
}

/** The records of the changes between two complete exports. */
export function changesBetween(
  before: readonly ChaosGroup[] | undefined,
  after: readonly ChaosGroup[],
): string[][] {
  const was = byMember(before ?? []);
  const now = byMember(after);
  const found: { key: string; cells: string[] }[] = [];
  for (const [key, cells] of now) {
    const old = was.get(key);
    if (old === undefined) found.push({ key, cells: ["added", ...cells] });
    else if (old.join("\0") !== cells.join("\0")) found.push({ key, cells: ["changed", ...cells] });
  }
  for (const [key, cells] of was) if (!now.has(key)) found.push({ key, cells: ["removed", ...cells] });
  return [["change", ...HEADER], ...found.map(({ cells }) => cells.map(escaped))];
}

function byMember(groups: readonly ChaosGroup[]): Map<string, string[]> {
  return new Map(
    groups.flatMap(({ members, name }) =>
      members.map((one) => [`${name}\0${one.emailAddress || `@${one.domain}`}`, cellsOf(name, one)] as const),
    ),
  );
}

function cellsOf(
  group: string,
  { domain, emailAddress, internal = true, name = "" }: MemberContent,
): string[] {
  const ownDomain = domain ?? emailAddress.slice(emailAddress.lastIndexOf("@") + 1);
  return [group, emailAddress, name, ownDomain, String(internal), "created_manually"];
}

function escaped(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}
