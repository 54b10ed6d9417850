import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Reach, readCommandConfig } from "../config/connection-config.ts";
import { type ExportFlags, exportFlags, tellExportClashes } from "../config/export-config.ts";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { counted, duration } from "../domain/format.ts";
import type { Exported, ExportJob, Output } from "../export-members/export-job.ts";
import { runExport } from "../export-members/run-export.ts";
import { TalkingExportView } from "./export-view.ts";
import type { Program } from "./host.ts";
import { type CommandRun, runReading } from "./run-command.ts";
import { printer } from "./stdout.ts";
import { realClock } from "./system-clock.ts";

/** `mimecast-bulk export`. Throws a RunError for what its user can mend before anything is read. */
export async function exportCommand(flags: ExportFlags, program: Program): Promise<ExitCode> {
  const { options, reach } = readCommandConfig(exportFlags, flags, program, tellExportClashes);
  const { allGroups, changes, concurrency, group, output: given, ...rest } = options;
  const output: Output =
    given === "-"
      ? { kind: "stdout", temporary: join(tmpdir(), "mimecast-bulk") }
      : {
          kind: "file",
          path: resolve(program.cwd, given),
          changesPath: changes === undefined ? undefined : resolve(program.cwd, changes),
        };
  const job = { ...rest, groups: allGroups ? ("all" as const) : group, output };
  const nothingDone = output.kind === "file" ? `${output.path} is as it was` : "Nothing was written";
  return await runReading(reach, concurrency, program, nothingDone, (run) =>
    exporting({ ...job, reading: run.rules }, run, program, reach),
  );
}

async function exporting(
  job: ExportJob,
  { client, stop, talk }: CommandRun,
  program: Program,
  reach: Reach,
): Promise<ExitCode> {
  const beganMs = realClock.nowMs();
  const parts = {
    clock: realClock,
    random: Math.random,
    directory: client,
    processes: program.processes,
    view: new TalkingExportView(talk, realClock.epochMs),
    print: printer(program),
  };
  const exported = await runExport(job, parts, stop);
  if (!reach.quiet) for (const line of endLines(exported, job, realClock.nowMs() - beganMs)) talk.say(line);
  return EXIT.ok;
}

function endLines(
  { calls, changes, groups, members }: Exported,
  { output }: ExportJob,
  tookMs: number,
): string[] {
  const [whereTo, changesPath] = output.kind === "file" ? [` to ${output.path}`, output.changesPath] : [""];
  const lines = [
    `Exported ${counted(members, "member")} of ${counted(groups, "group")}${whereTo} in ${duration(tookMs)}, with ${counted(calls, "call")}`,
  ];
  if (changes !== undefined) {
    const { added, changed, removed } = changes;
    lines.push(`Changes: ${added} added, ${removed} removed, ${changed} changed, in ${changesPath}`);
  }
  return lines;
}
