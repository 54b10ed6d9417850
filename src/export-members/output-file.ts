import { realpath, stat } from "node:fs/promises";
import { outputError } from "../domain/output-error.ts";
import { RunError } from "../domain/run-error.ts";
import type { GrowingFile } from "../files/growing-file.ts";
import { Spool } from "../files/spool.ts";
import { type Processes, TemporaryFiles } from "../files/temporary-files.ts";
import { WholeFile } from "../files/whole-file.ts";
import type { Output } from "./export-job.ts";

/** Where an export is written until it is complete. */
export interface OpenOutput {
  readonly temporaries: TemporaryFiles;
  /** The export so far. */
  readonly text: GrowingFile;
  /** The file as it will be, and as it is so far; undefined for standard output. */
  readonly file: { readonly path: string; readonly temporary: string } | undefined;
  /** Gives the export to whom it is for. */
  finish(print: (content: Buffer) => Promise<boolean>): Promise<void>;
  /** Leaves nothing behind, and what was there as it was. Never throws. */
  abandon(): Promise<void>;
}

/**
 * Opens the output, before anything is read: a disk that can't be written is known then. Removes what killed exports
 * left for the same file. Throws a RunError "output".
 */
export async function openOutput(output: Output, processes: Processes): Promise<OpenOutput> {
  return output.kind === "file"
    ? await openFile(output.path, processes)
    : await openStandardOutput(output.temporary, processes);
}

/** Begins a file that replaces one of its name, if there is one: it gets the permissions of that. */
export async function beginFile(
  path: string,
  processes: Processes,
): Promise<{ readonly file: WholeFile; readonly path: string; readonly temporaries: TemporaryFiles }> {
  const target = await targetOf(path);
  const temporaries = new TemporaryFiles(target.path, processes);
  await temporaries.removeLeftovers();
  const file = await WholeFile.begin(target.path, { temporary: temporaries.next(), ...target.making });
  return { file, path: target.path, temporaries };
}

async function openFile(given: string, processes: Processes): Promise<OpenOutput> {
  const { file, path, temporaries } = await beginFile(given, processes);
  return {
    temporaries,
    file: { path, temporary: file.temporary },
    text: file,
    finish: () => file.finish(),
    abandon: () => file.abandon(),
  };
}

async function openStandardOutput(temporary: string, processes: Processes): Promise<OpenOutput> {
  const temporaries = new TemporaryFiles(temporary, processes);
  await temporaries.removeLeftovers();
  const spool = await Spool.open(temporaries.next());
  return {
    temporaries,
    file: undefined,
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
async function targetOf(path: string): Promise<Target> {
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
    throw outputError(path, error);
  }
}
