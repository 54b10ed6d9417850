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

/** The collector runs as another user. The file contains no addresses. */
const WORLD_READABLE = 0o644;

/** Larger files are not ours: the metrics of a run take a few KB. */
const MAX_METRICS_BYTES = 1_000_000;

/** Exit codes that take precedence over "output can't be written". */
const BEFORE_OUTPUT_ERROR: ReadonlySet<ExitCode> = new Set([
  EXIT.usage,
  EXIT.settings,
  EXIT.input,
  EXIT.inputNotFound,
  EXIT.locked,
]);

/**
 * Runs an import and writes its metrics to `--metrics-file`, whatever the result. `run` passes its summary to
 * `onSummary`. A dry run does not touch the file: its metrics would look like those of an import.
 *
 * If the metrics can't be written at the end, this prints the error and returns 73. Otherwise yesterday's figures would
 * look like today's.
 */
export async function withMetrics(
  flags: ImportFlags,
  host: Host,
  run: (onSummary: (summary: Summary) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { metricsFile } = flags;
  let summary: Summary | undefined;
  const onSummary = (finished: Summary): void => {
    summary = finished;
  };
  if (metricsFile === undefined || flags.dryRun === true) return await run(onSummary);
  // `run` reads the flags and reports the name together with every other error.
  if (!isMetricsFileName(metricsFile)) return await run(onSummary);
  const path = resolve(host.cwd, metricsFile);
  // Check before anything is sent: otherwise the error would appear only at the end.
  await refuseUnwritableFolder(path);
  await ownContentOf(path);
  const startedAtEpochMs = systemClock.epochMs();
  const write = async (exitCode: ExitCode): Promise<void> => {
    const endedAtEpochMs = systemClock.epochMs();
    const metrics = { folder: folderOf(flags, host), startedAtEpochMs, endedAtEpochMs, exitCode, summary };
    const temporaries = new TemporaryFiles(path, host.processes);
    await temporaries.removeLeftovers();
    await writeFileAtomic(path, await metricsText(metrics, await ownContentOf(path)), {
      mode: WORLD_READABLE,
      temporary: temporaries.next(),
    });
  };
  let exitCode: ExitCode;
  try {
    exitCode = await run(onSummary);
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

/** Returns the folder of runs, which identifies the account, even if the settings are wrong. */
function folderOf(flags: ImportFlags, host: Host): string {
  const out = resolve(host.cwd, flags.out ?? "runs");
  return flags.simulate === true ? join(out, "simulated") : out;
}

/**
 * Returns the metrics that an earlier run wrote; an empty text if the file does not exist or is empty. Throws a
 * RunError "output" for a file of another origin, which would be lost.
 */
async function ownContentOf(path: string): Promise<string> {
  const stats = await statsOf(path);
  if (stats === undefined) return "";
  // Check before opening: opening a named pipe blocks until another process writes to it.
  if (!stats.isFile()) throw notOwn(path, "it is not an ordinary file");
  const content = stats.size > MAX_METRICS_BYTES ? undefined : await contentOf(path);
  if (content === undefined || !isMetricsText(content)) throw notOwn(path, "it has other content");
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

/** Runs `act`. Prints a RunError to standard error and returns false. */
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
