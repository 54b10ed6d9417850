import { join, resolve } from "node:path";
import { z } from "zod";
import { CONNECTION_OPTIONS, type ConnectionConfig, readConnectionConfig } from "./connection-config.ts";
import type { ConfigSources } from "./environment.ts";
import { checkInputOptions, INPUT_OPTIONS, type InputOptions } from "./input-options.ts";

const verifyFlags = z.object({
  ...CONNECTION_OPTIONS,
  ...INPUT_OPTIONS,
  out: z.string().min(1, "expected a folder").default("runs"),
  json: z.boolean().default(false),
});

/** Options of verify before parsing, named as commander names them. */
export type VerifyFlags = z.input<typeof verifyFlags>;

/** All settings of a verification. */
export interface VerifyConfig extends ConnectionConfig {
  readonly reading: InputOptions;
  /** Absolute; with `--simulate` the folder `simulated` in `--out`. */
  readonly outDir: string;
  readonly json: boolean;
}

/** Reads the settings of verify. Throws one RunError as {@link readConnectionConfig} does. */
export function readVerifyConfig(flags: VerifyFlags, sources: ConfigSources): VerifyConfig {
  const { options, connection } = readConnectionConfig(verifyFlags, flags, sources, checkInputOptions);
  const out = resolve(sources.cwd, options.out);
  const outDir = options.simulate ? join(out, "simulated") : out;
  return { ...connection, reading: options, outDir, json: options.json };
}
