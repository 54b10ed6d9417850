import { existsSync } from "node:fs";
import { RunError } from "../domain/run-error.ts";

/**
 * An option that takes several values also takes the file behind it, and the run would be without it.
 *
 * @param options the values of each such option, by its name
 */
export function refuseSwallowedFiles(
  files: readonly string[],
  options: Readonly<Record<string, readonly string[] | undefined>>,
): void {
  if (files.filter((file) => file === "-").length > 1) {
    throw new RunError("usage", "- is standard input, which can be read once only; name it once");
  }
  for (const [option, values = []] of Object.entries(options)) {
    const swallowed = values.find((value) => existsSync(value));
    if (swallowed === undefined) continue;
    throw new RunError(
      "usage",
      `${option} has taken the file ${swallowed} for a value; name files before the options`,
    );
  }
}
