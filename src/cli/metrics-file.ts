import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ImportFlags } from "../config/import-flags.ts";
import { EXIT, type ExitCode, exitOfError } from "../domain/exit-code.ts";
import { outputError } from "../domain/output-error.ts";
import { plainText } from "../domain/plain-text.ts";
import { RunError } from "../domain/run-error.ts";
import { writeWhole } from "../files/whole-file.ts";
import { metricsText } from "../report/metrics.ts";
import type { Summary } from "../report/summary.ts";
import type { Program } from "./program.ts";
import { realClock } from "./real-clock.ts";

/** The collector runs as another user; there is no address in the file. */
const EVERYBODY_READS = 0o644;

/** Exits that come before "output can't be written" where several apply. */
const WEIGHTIER: ReadonlySet<ExitCode> = new Set([
  EXIT.usage,
  EXIT.settings,
  EXIT.input,
  EXIT.inputNotFound,
  EXIT.locked,
]);

/**
 * Runs an import and leaves its metrics, however it ends, where `--metrics-file` asks for it. `run` is to tell the
 * summary once there is one. A dry run leaves the file alone: it would pass for an import.
 *
 * Where the metrics can't be written at the end, that is said, and the exit code is 73: whoever watches must not
 * take yesterday's figures for today's.
 */
export async function withMetrics(
  flags: ImportFlags,
  program: Program,
  run: (tell: (summary: Summary) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { metricsFile } = flags;
  let summary: Summary | undefined;
  const tell = (told: Summary): void => {
    summary = told;
  };
  if (metricsFile === undefined || metricsFile === "" || flags.dryRun === true) return await run(tell);
  const path = resolve(program.cwd, metricsFile);
  // Before anything is sent: it would be found out only when all is done.
  await refuseUnwritableFolder(path);
  const startedAtEpochMs = realClock.epochMs();
  const write = async (exitCode: ExitCode): Promise<void> => {
    const endedAtEpochMs = realClock.epochMs();
    const ending = { folder: folderOf(flags, program), startedAtEpochMs, endedAtEpochMs, exitCode, summary };
    await writeWhole(path, await metricsText(ending, await contentOf(path)), EVERYBODY_READS);
  };
  let exitCode: ExitCode;
  try {
    exitCode = await run(tell);
  } catch (error) {
    await orSaid(program, () => write(error instanceof RunError ? exitOfError(error.kind) : EXIT.fault));
    throw error;
  }
  const isWritten = await orSaid(program, () => write(exitCode));
  return isWritten || WEIGHTIER.has(exitCode) ? exitCode : EXIT.output;
}

async function refuseUnwritableFolder(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Known also where the settings are wrong: one folder is for one account. */
function folderOf(flags: ImportFlags, program: Program): string {
  const out = resolve(program.cwd, flags.out ?? "runs");
  return flags.simulate === true ? join(out, "simulated") : out;
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw outputError(path, error);
  }
}

/** False where it could not be done; that is said then, and no more follows from it here. */
async function orSaid(program: Program, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    program.stderr.write(`mimecast-bulk: --metrics-file: ${plainText(error.message)}\n`);
    return false;
  }
}
