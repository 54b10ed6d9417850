import { realpath, stat } from "node:fs/promises";
import { RunError } from "../domain/run-error.ts";
import type { AppendFile } from "../files/append-file.ts";
import { AtomicFile } from "../files/atomic-file.ts";
import { toOutputError } from "../files/output-error.ts";
import { Spool } from "../files/spool.ts";
import { type Processes, TemporaryFiles } from "../files/temporary-files.ts";
import { validatePrevious } from "./diff.ts";
import type { Output } from "./export-job.ts";

/** Where an export is written until it is complete. */
export interface OpenOutput {
  readonly temporaries: TemporaryFiles;
  /** The export so far. */
  readonly text: AppendFile;
  /** There if changes were asked for. */
  readonly changes: OpenChanges | undefined;
  /** Gives the export to whom it is for. */
  finish(print: (content: Buffer) => Promise<boolean>): Promise<void>;
  /** Leaves nothing behind, and what was there as it was. Never throws. */
  abandon(): Promise<void>;
}

/** Two exports to be compared, and the file for what differs. */
interface OpenChanges {
  /** The export before this one; it need not be there. */
  readonly previous: string;
  /** This export, under the name that it has until it is finished. */
  readonly current: string;
  readonly file: AtomicFile;
}

/**
 * Opens the output, before anything is read: a disk that can't be written is known then. Removes what killed exports
 * left for the same file. Throws a RunError "output".
 */
export async function openOutput(output: Output, processes: Processes): Promise<OpenOutput> {
  return output.kind === "file"
    ? await openFile(output.path, output.changesPath, processes)
    : await openStandardOutput(output.temporary, processes);
}

/** Begins a file that replaces one of its name, if there is one: it gets the permissions of that. */
async function createOutput(
  path: string,
  processes: Processes,
): Promise<{ readonly file: AtomicFile; readonly path: string; readonly temporaries: TemporaryFiles }> {
  const target = await resolveTarget(path);
  const temporaries = new TemporaryFiles(target.path, processes);
  await temporaries.removeLeftovers();
  const file = await AtomicFile.create(target.path, { temporary: temporaries.next(), ...target.making });
  return { file, path: target.path, temporaries };
}

async function openFile(
  given: string,
  changesPath: string | undefined,
  processes: Processes,
): Promise<OpenOutput> {
  const { file, path, temporaries } = await createOutput(given, processes);
  try {
    const changesFile =
      changesPath === undefined ? undefined : await beginChanges(changesPath, path, processes);
    return {
      temporaries,
      text: file,
      changes: changesFile && { previous: path, current: file.temporary, file: changesFile },
      async finish() {
        // First the changes: a run that is killed in between finds them again.
        await changesFile?.commit();
        await file.commit();
      },
      async abandon() {
        await changesFile?.discard();
        await file.discard();
      },
    };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** What they will be found in is looked at as well: what is wrong with it is known then. */
async function beginChanges(given: string, outputPath: string, processes: Processes): Promise<AtomicFile> {
  await validatePrevious(outputPath);
  const { file, path } = await createOutput(given, processes);
  if (path !== outputPath) return file;
  await file.discard();
  throw new RunError("usage", "--changes and --output name the same file; name two");
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
    abandon: async () => void (await Promise.allSettled([spool.close()])),
  };
}

interface Target {
  readonly path: string;
  readonly making: { readonly mode?: number };
}

/** A link is followed, so that it stays one. A device or a pipe is not replaced by a file. */
async function resolveTarget(path: string): Promise<Target> {
  try {
    const [real, stats] = await Promise.all([realpath(path), stat(path)]);
    if (stats.isFile()) return { path: real, making: { mode: stats.mode & 0o777 } };
    const what = stats.isDirectory() ? "a folder" : "no ordinary file";
    throw new RunError(
      "output",
      `${path} can't be written: it is ${what}; name a file, or - for standard output`,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { path, making: {} };
    throw toOutputError(path, error);
  }
}
