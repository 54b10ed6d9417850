import { constants, type Stats } from "node:fs";
import { access, lstat, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type ImportFlags, isMetricsFileName } from "../config/import-config.ts";
import { stripControlCharacters } from "../domain/display-text.ts";
import { EXIT, type ExitCode, exitCodeForError } from "../domain/exit-code.ts";
import { RunError } from "../domain/run-error.ts";
import { writeFileAtomic } from "../files/atomic-file.ts";
import { toOutputError } from "../files/output-error.ts";
import { TemporaryFiles } from "../files/temporary-files.ts";
import { isMetricsText, metricsText } from "../report/metrics.ts";
import type { Summary } from "../report/summary.ts";
import type { Host } from "./host.ts";
import { systemClock } from "./system-clock.ts";

/** The collector runs as another user; there is no address in the file. */
const WORLD_READABLE = 0o644;

/** A run's metrics are a few KB. */
const MAX_METRICS_BYTES = 1_000_000;

/** Exits that come before "output can't be written" where several apply. */
const BEFORE_OUTPUT_ERROR: ReadonlySet<ExitCode> = new Set([
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
  host: Host,
  run: (tell: (summary: Summary) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { metricsFile } = flags;
  let summary: Summary | undefined;
  const tell = (told: Summary): void => {
    summary = told;
  };
  if (metricsFile === undefined || flags.dryRun === true) return await run(tell);
  // `run` reads the flags and refuses the name, together with every other problem.
  if (!isMetricsFileName(metricsFile)) return await run(tell);
  const path = resolve(host.cwd, metricsFile);
  // Before anything is sent: it would be found out only when all is done.
  await refuseUnwritableFolder(path);
  await ownContentOf(path);
  const startedAtEpochMs = systemClock.epochMs();
  const write = async (exitCode: ExitCode): Promise<void> => {
    const endedAtEpochMs = systemClock.epochMs();
    const ending = { folder: folderOf(flags, host), startedAtEpochMs, endedAtEpochMs, exitCode, summary };
    const temporaries = new TemporaryFiles(path, host.processes);
    await temporaries.removeLeftovers();
    await writeFileAtomic(path, await metricsText(ending, await ownContentOf(path)), {
      mode: WORLD_READABLE,
      temporary: temporaries.next(),
    });
  };
  let exitCode: ExitCode;
  try {
    exitCode = await run(tell);
  } catch (error) {
    await reportWriteError(host, () =>
      write(error instanceof RunError ? exitCodeForError(error.kind) : EXIT.fault),
    );
    throw error;
  }
  const isWritten = await reportWriteError(host, () => write(exitCode));
  return isWritten || BEFORE_OUTPUT_ERROR.has(exitCode) ? exitCode : EXIT.output;
}

async function refuseUnwritableFolder(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw toOutputError(path, error);
  }
}

/** Known also where the settings are wrong: one folder is for one account. */
function folderOf(flags: ImportFlags, host: Host): string {
  const out = resolve(host.cwd, flags.out ?? "runs");
  return flags.simulate === true ? join(out, "simulated") : out;
}

/**
 * Returns what an earlier run has written there; an empty text where there is no such file, or nothing in it. Throws a
 * RunError "output" where something else is there, which would be lost.
 */
async function ownContentOf(path: string): Promise<string> {
  const stats = await statsOf(path);
  if (stats === undefined) return "";
  // Known before it is opened: opening a named pipe that nobody writes to never ends.
  if (!stats.isFile()) throw notOwn(path, "it is not an ordinary file");
  const content = stats.size > MAX_METRICS_BYTES ? undefined : await contentOf(path);
  if (content === undefined || !isMetricsText(content)) throw notOwn(path, "it holds something else");
  return content;
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw toOutputError(path, error);
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw toOutputError(path, error);
  }
}

function notOwn(path: string, why: string): RunError {
  return new RunError(
    "output",
    `--metrics-file replaces only a file that it has written itself, and ${path} is there: ${why}. Name another file, or move that one away`,
  );
}

/** False where it could not be done; that is said then, and no more follows from it here. */
async function reportWriteError(host: Host, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    host.stderr.write(`mimecast-bulk: --metrics-file: ${stripControlCharacters(error.message)}\n`);
    return false;
  }
}
