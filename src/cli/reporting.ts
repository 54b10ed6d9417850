import { type ExitCode, exitOfError } from "../domain/exit-code.ts";
import { RunError } from "../domain/run-error.ts";
import { print } from "./print.ts";
import type { Program } from "./program.ts";
import type { Talk } from "./talk.ts";

/** A run that fails as a whole says so where it has been talking, and in the log where there is one. */
export async function reporting(
  talk: Talk,
  config: { readonly json: boolean },
  program: Program,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    talk.bar?.end();
    if (!(error instanceof RunError)) throw error;
    talk.alarm(error.message);
    const exitCode = exitOfError(error.kind);
    if (config.json && error.kind !== "output")
      await print(program, { state: "failed", exitCode, message: error.message });
    return exitCode;
  }
}
