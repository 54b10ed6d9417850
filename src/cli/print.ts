import { RunError } from "../domain/run-error.ts";
import type { Program } from "./program.ts";

/** A result as JSON on standard output. Throws a RunError "output" where that can't be written. */
export async function print(program: Program, result: unknown): Promise<void> {
  await printText(program, `${JSON.stringify(result, undefined, 2)}\n`);
}

/**
 * Writes to standard output, and resolves when it is taken: false where nobody reads any more, as `| head` closes
 * the pipe once it has what it wants. Throws a RunError "output" where it can't be written.
 */
export async function printText(program: Program, text: string | Buffer): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    program.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if ("code" in error && error.code === "EPIPE") resolve(false);
      else
        reject(
          new RunError("output", `standard output can't be written (${error.message})`, { cause: error }),
        );
    });
  });
}
