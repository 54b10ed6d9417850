import { realpath, stat } from "node:fs/promises";
import { RunError } from "../domain/run-error.ts";
import type { AppendFile } from "../files/append-file.ts";
import { AtomicFile } from "../files/atomic-file.ts";
import { toOutputError } from "../files/output-error.ts";
import { Spool } from "../files/spool.ts";
import { type Processes, TemporaryFiles } from "../files/temporary-files.ts";
import { validatePrevious } from "./diff.ts";
import type { Output } from "./export-job.ts";

/** The temporary output of an export until it is complete. */
export interface OpenOutput {
  readonly temporaries: TemporaryFiles;
  /** The export so far. */
  readonly text: AppendFile;
  /** Present if changes were requested. */
  readonly changes: OpenChanges | undefined;
  /** Publishes the export: renames the files, or prints to standard output. */
  finish(print: (content: Buffer) => Promise<boolean>): Promise<void>;
  /** Removes the temporary files and leaves existing files unchanged. Never throws. */
  discard(): Promise<void>;
}

/** Two exports to compare, and the file for the changes. */
interface OpenChanges {
  /** The previous export; it may be missing. */
  readonly previous: string;
  /** This export, under its temporary name. */
  readonly current: string;
  readonly file: AtomicFile;
}

/**
 * Opens the output before anything is read, so that an unwritable disk shows at once. Removes the temporary files that
 * killed exports left for the same file. Throws a RunError "output".
 */
export async function openOutput(output: Output, processes: Processes): Promise<OpenOutput> {
  return output.kind === "file"
    ? await openFile(output.path, output.changesPath, processes)
    : await openStandardOutput(output.temporary, processes);
}

/** Creates the temporary file that will replace `path`, with the permissions of the existing file if there is one. */
async function createOutput(
  path: string,
  processes: Processes,
): Promise<{ readonly file: AtomicFile; readonly path: string; readonly temporaries: TemporaryFiles }> {
  const target = await resolveTarget(path);
  const temporaries = new TemporaryFiles(target.path, processes);
  await temporaries.removeLeftovers();
  const file = await AtomicFile.create(target.path, { temporary: temporaries.next(), ...target.options });
  return { file, path: target.path, temporaries };
}

async function openFile(
  requestedPath: string,
  changesPath: string | undefined,
  processes: Processes,
): Promise<OpenOutput> {
  const { file, path, temporaries } = await createOutput(requestedPath, processes);
  try {
    const changesFile =
      changesPath === undefined ? undefined : await beginChanges(changesPath, path, processes);
    return {
      temporaries,
      text: file,
      changes: changesFile && { previous: path, current: file.temporary, file: changesFile },
      async finish() {
        // Commit the changes first: after a kill in between, the next run finds the same changes again.
        await changesFile?.commit();
        await file.commit();
      },
      async discard() {
        await changesFile?.discard();
        await file.discard();
      },
    };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Creates the file for the changes. Also validates the previous export now, before anything is read. */
async function beginChanges(
  requestedPath: string,
  outputPath: string,
  processes: Processes,
): Promise<AtomicFile> {
  await validatePrevious(outputPath);
  const { file, path } = await createOutput(requestedPath, processes);
  if (path !== outputPath) return file;
  await file.discard();
  throw new RunError("usage", "--changes and --output name the same file; use two different files");
}

async function openStandardOutput(temporary: string, processes: Processes): Promise<OpenOutput> {
  const temporaries = new TemporaryFiles(temporary, processes);
  await temporaries.removeLeftovers();
  const spool = await Spool.open(temporaries.next());
  return {
    temporaries,
    changes: undefined,
    text: spool,
    async finish(print) {
      for await (const chunk of spool.chunks()) if (!(await print(chunk))) break;
      await spool.close();
    },
    discard: async () => void (await Promise.allSettled([spool.close()])),
  };
}

interface Target {
  readonly path: string;
  readonly options: { readonly mode?: number };
}

/** Resolves links, so that a link stays a link. Throws for a device or a pipe, which a file must not replace. */
async function resolveTarget(path: string): Promise<Target> {
  try {
    const [real, stats] = await Promise.all([realpath(path), stat(path)]);
    if (stats.isFile()) return { path: real, options: { mode: stats.mode & 0o777 } };
    const what = stats.isDirectory() ? "a folder" : "not an ordinary file";
    throw new RunError(
      "output",
      `${path} can't be written: it is ${what}; name a file, or - for standard output`,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { path, options: {} };
    throw toOutputError(path, error);
  }
}
