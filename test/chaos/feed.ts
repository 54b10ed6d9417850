import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./input.ts";
import type { LeftFolder } from "./left-folder.ts";
import { type FoundRecord, recordsIn } from "./records.ts";
import type { Step } from "./scenario.ts";

/** What a run is given to import. */
export interface Feed {
  /** As they are named on the command line. */
  readonly words: readonly string[];
  readonly stdin: string | undefined;
  readonly files: readonly (readonly FoundRecord[])[];
  readonly sha256: readonly string[];
}

const LEFT_OVER = ["failed.csv", "remaining.csv"];

/** Writes the input of a run below `cwd`. `last`: what the last run that has its files left. */
export function feedOf(step: Step, index: number, cwd: string, last: LeftFolder | undefined): Feed {
  const left = LEFT_OVER.filter((name) => last !== undefined && existsSync(join(last.path, name)));
  if (step.feed === "left-over" && last !== undefined && left.length > 0) {
    const words = left.map((name) => `${index}-${name}`);
    for (const [at, name] of left.entries())
      copyFileSync(join(last.path, name), join(cwd, words[at] ?? name));
    return fed(
      words,
      words.map((name) => readFileSync(join(cwd, name), "utf8")),
      undefined,
    );
  }
  const text = textOf(step.input);
  if (step.feed === "stdin") return fed(["-"], [text], text);
  const name = `input-${index}.csv`;
  writeFileSync(join(cwd, name), text);
  return fed([name], [text], undefined);
}

function fed(words: readonly string[], texts: readonly string[], stdin: string | undefined): Feed {
  return {
    words,
    stdin,
    files: texts.map(recordsIn),
    sha256: texts.map((text) => createHash("sha256").update(text).digest("hex")),
  };
}
