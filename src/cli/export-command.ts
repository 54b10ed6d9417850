import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ConnectionConfig, readConnectionConfig } from "../config/connection-config.ts";
import { checkExportConflicts, type ExportFlags, exportFlags } from "../config/export-config.ts";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { formatDuration, pluralize } from "../domain/format.ts";
import type { Exported, ExportJob, Output } from "../export-members/export-job.ts";
import { runExport } from "../export-members/run-export.ts";
import { ConsoleExportView } from "./export-view.ts";
import type { Host } from "./host.ts";
import { type CommandRun, runReadCommand } from "./run-command.ts";
import { printer } from "./stdout.ts";
import { systemClock } from "./system-clock.ts";

/** Runs `mimecast-bulk export`. Throws a RunError for an error in the options or settings. */
export async function exportCommand(flags: ExportFlags, host: Host): Promise<ExitCode> {
  const { options, connection } = readConnectionConfig(exportFlags, flags, host, checkExportConflicts);
  const { allGroups, changes, concurrency, group, output: given, ...rest } = options;
  const output: Output =
    given === "-"
      ? { kind: "stdout", temporary: join(tmpdir(), "mimecast-bulk") }
      : {
          kind: "file",
          path: resolve(host.cwd, given),
          changesPath: changes === undefined ? undefined : resolve(host.cwd, changes),
        };
  const job = { ...rest, groups: allGroups ? ("all" as const) : group, output };
  const unchanged = output.kind === "file" ? `${output.path} is unchanged` : "Nothing was written";
  return await runReadCommand(connection, concurrency, host, unchanged, (run) =>
    exporting({ ...job, reading: run.rules }, run, host, connection),
  );
}

async function exporting(
  job: ExportJob,
  { client, shutdown, console }: CommandRun,
  host: Host,
  connection: ConnectionConfig,
): Promise<ExitCode> {
  const startMs = systemClock.nowMs();
  const parts = {
    clock: systemClock,
    random: Math.random,
    directory: client,
    processes: host.processes,
    view: new ConsoleExportView(console, systemClock.epochMs),
    print: printer(host),
  };
  const exported = await runExport(job, parts, shutdown);
  if (!connection.quiet)
    for (const line of summaryLines(exported, job, systemClock.nowMs() - startMs)) console.info(line);
  return EXIT.ok;
}

function summaryLines(
  { calls, changes, groups, members }: Exported,
  { output }: ExportJob,
  tookMs: number,
): string[] {
  const [whereTo, changesPath] = output.kind === "file" ? [` to ${output.path}`, output.changesPath] : [""];
  const lines = [
    `Exported ${pluralize(members, "member")} of ${pluralize(groups, "group")}${whereTo} in ${formatDuration(tookMs)}, with ${pluralize(calls, "call")}`,
  ];
  if (changes !== undefined) {
    const { added, changed, removed } = changes;
    lines.push(`Changes: ${added} added, ${removed} removed, ${changed} changed, in ${changesPath}`);
  }
  return lines;
}
