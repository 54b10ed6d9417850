import { join, resolve } from "node:path";
import { z } from "zod";
import { REACH_FLAGS, type Reach, readCommandConfig } from "./connection-config.ts";
import type { Surroundings } from "./environment.ts";
import { READING_FLAGS, type ReadingOptions, tellReadingClashes } from "./input-options.ts";

const verifyFlags = z.object({
  ...REACH_FLAGS,
  ...READING_FLAGS,
  out: z.string().min(1, "expected a folder").default("runs"),
  json: z.boolean().default(false),
});

/** The options of verify as the command line has them, each named as commander names it. */
export type VerifyFlags = z.input<typeof verifyFlags>;

/** Everything that a verification is told from outside. */
export interface VerifyConfig extends Reach {
  readonly reading: ReadingOptions;
  /** Absolute; with `--simulate` the folder `simulated` in `--out`. */
  readonly outDir: string;
  readonly json: boolean;
}

/** Throws one RunError that lists every problem: "usage" if an option is among them, "settings" otherwise. */
export function readVerifyConfig(flags: VerifyFlags, surroundings: Surroundings): VerifyConfig {
  const { options, reach } = readCommandConfig(verifyFlags, flags, surroundings, tellReadingClashes);
  const out = resolve(surroundings.cwd, options.out);
  const outDir = options.simulate ? join(out, "simulated") : out;
  return { ...reach, reading: options, outDir, json: options.json };
}
