import { z } from "zod";
import type { CommandEnd } from "../command.ts";
import type { LeftFolder } from "../left-folder.ts";
import { hasDied, type RunSeen } from "../run-seen.ts";

/** What no run of the program may ever say or end with. */
export function faultOfTheProgram({ code, stderr }: CommandEnd): string[] {
  return [
    ...(code === 70 ? ["it ended with 70"] : []),
    ...(/ {4}at /.test(stderr) ? ["a stack trace is on standard error"] : []),
    ...(/\(node:\d+\)/.test(stderr) ? ["a warning of Node's is on standard error"] : []),
  ];
}

const printed = z.looseObject({ exitCode: z.number() });

/** With `--json` standard output is the summary, else nothing. */
export function outputFaults(run: RunSeen, own: LeftFolder | undefined): string[] {
  const { end, step } = run;
  if (!step.options.json) return end.stdout === "" ? [] : ["there is something on standard output"];
  if (hasDied(run) || end.code === 73) return [];
  try {
    const { exitCode } = printed.parse(JSON.parse(end.stdout));
    if (exitCode !== end.code) return [`it printed the exit code ${exitCode}`];
  } catch {
    return [`it printed no summary: "${end.stdout.slice(0, 100)}"`];
  }
  return own?.summary === undefined || end.stdout.includes(own.summary.run)
    ? []
    : ["it printed another summary"];
}
