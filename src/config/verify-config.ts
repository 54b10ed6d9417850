import { join, resolve } from "node:path";
import { z } from "zod";
import { CONNECTION_OPTIONS, type ConnectionConfig, readConnectionConfig } from "./connection-config.ts";
import type { ConfigSources } from "./environment.ts";
import { checkInputOptions, INPUT_OPTIONS, type ReadingOptions } from "./input-options.ts";

const verifyFlags = z.object({
  ...CONNECTION_OPTIONS,
  ...INPUT_OPTIONS,
  out: z.string().min(1, "expected a folder").default("runs"),
  json: z.boolean().default(false),
});

/** The options of verify as the command line has them, each named as commander names it. */
export type VerifyFlags = z.input<typeof verifyFlags>;

/** Everything that a verification is told from outside. */
export interface VerifyConfig extends ConnectionConfig {
  readonly reading: ReadingOptions;
  /** Absolute; with `--simulate` the folder `simulated` in `--out`. */
  readonly outDir: string;
  readonly json: boolean;
}

/** Throws one RunError that lists every problem: "usage" if an option is among them, "settings" otherwise. */
export function readVerifyConfig(flags: VerifyFlags, surroundings: ConfigSources): VerifyConfig {
  const { options, reach } = readConnectionConfig(verifyFlags, flags, surroundings, checkInputOptions);
  const out = resolve(surroundings.cwd, options.out);
  const outDir = options.simulate ? join(out, "simulated") : out;
  return { ...reach, reading: options, outDir, json: options.json };
}
