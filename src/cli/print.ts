import { RunError } from "../domain/run-error.ts";
import type { Program } from "./program.ts";

/** A result as JSON on standard output. Throws a RunError "output" where that can't be written. */
export async function print(program: Program, result: unknown): Promise<void> {
  await printText(program, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** A result as text on standard output. Throws as {@link print} does. */
export async function printText(program: Program, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    program.stdout.write(text, (error) => {
      // `| head` closes the pipe early: it has what it wants.
      if (!error || ("code" in error && error.code === "EPIPE")) resolve();
      else
        reject(
          new RunError("output", `standard output can't be written (${error.message})`, { cause: error }),
        );
    });
  });
}
