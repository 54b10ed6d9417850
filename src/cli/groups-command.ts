import { readConnectionConfig } from "../config/connection-config.ts";
import { type GroupsFlags, groupsFlags } from "../config/export-config.ts";
import { formatCsv } from "../csv/format-csv.ts";
import type { Group } from "../domain/api.ts";
import { stripControlCharacters } from "../domain/display-text.ts";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import type { Failure } from "../domain/failure.ts";
import { formatCount, pluralize } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import { findGroups } from "../export-members/find-groups.ts";
import type { Host } from "./host.ts";
import { runReadCommand } from "./run-command.ts";
import { print, printText } from "./stdout.ts";
import { systemClock } from "./system-clock.ts";
import { logWait } from "./wait-line.ts";

/** Runs `mimecast-bulk groups [QUERY]`. Throws a RunError for an error in the options or settings. */
export async function groupsCommand(
  query: string | undefined,
  flags: GroupsFlags,
  host: Host,
): Promise<ExitCode> {
  const { options, connection } = readConnectionConfig(groupsFlags, flags, host);
  return await runReadCommand(
    connection,
    1,
    host,
    "No groups were listed",
    async ({ client, rules, shutdown, console }) => {
      const onRetry = (call: string, { code, message }: Failure): void => {
        console.log.warn({ code }, `${call}: retrying after ${code}: ${message}`);
      };
      const waiting = (wait: LongWait): void => logWait(console, wait);
      const parts = {
        clock: systemClock,
        random: Math.random,
        directory: client,
        hooks: { onRetry, waiting },
      };
      const groups = await findGroups(query, rules, parts, shutdown);
      if (options.json) await print(host, groups);
      else if (host.stdout.isTTY === true) await printText(host, groupTable(groups));
      else await printText(host, groupCsv(groups));
      console.info(
        `${pluralize(groups.length, "group")}. Export one with: mimecast-bulk export --group NAME-OR-ID`,
      );
      return EXIT.ok;
    },
  );
}

/** Characters of an id in the table: enough to distinguish groups of one name. An id has about 250. */
const ID_SHOWN = 16;

/** Formats groups as a table for people. Names come last, because their width on a terminal is unknown. */
function groupTable(groups: readonly Group[]): string {
  const rows = groups.map(({ id, name, source, userCount }) => ({
    members: userCount === undefined ? "?" : formatCount(userCount),
    source: stripControlCharacters(source),
    id:
      id.length > ID_SHOWN
        ? `${stripControlCharacters(id.slice(0, ID_SHOWN - 1))}…`
        : stripControlCharacters(id),
    name: stripControlCharacters(name),
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

/** Formats groups as CSV with complete ids. */
function groupCsv(groups: readonly Group[]): string {
  const rows = groups.map(({ id, name, source, userCount = "", folderCount = "", parentId }) => {
    return [name, id, source, userCount, folderCount, parentId];
  });
  return formatCsv([["name", "id", "source", "userCount", "folderCount", "parentId"], ...rows]);
}
