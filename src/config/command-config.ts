import type { z } from "zod";
import { type Account, readAccount } from "./account.ts";
import { type Network, readNetwork } from "./network.ts";
import { Problems } from "./problems.ts";
import type { ReachFlags, ReachOptions } from "./reach-flags.ts";
import { readOptions } from "./read-options.ts";
import { readVariableLayers, type Surroundings } from "./variable-layers.ts";

/** How a command reaches Mimecast. May be logged, as its secrets print as a mask. */
export interface Reach {
  readonly maxRatePerSecond: number | undefined;
  readonly quotaReservePercent: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly network: Network;
  /** Undefined with `--simulate`: the simulator must never be handed the credentials of a real account. */
  readonly account: Account | undefined;
}

/**
 * Reads the settings of a command that reaches Mimecast and is not import: its options, which are
 * {@link REACH_FLAGS} and its own, then the environment, then `.env` files. `tellClashes` looks for options that
 * don't go together. Throws one RunError that lists every problem: "usage" if an option is among them, "settings"
 * otherwise.
 */
export function readCommandConfig<S extends z.ZodType<ReachOptions>>(
  schema: S,
  flags: z.input<S> & ReachFlags,
  surroundings: Surroundings,
  tellClashes: (options: z.output<S>, problems: Problems) => void = () => undefined,
): { readonly options: z.output<S>; readonly reach: Reach } {
  const problems = new Problems();
  const options = readOptions(schema, flags, problems);
  if (options !== undefined) tellClashes(options, problems);
  const variables = readVariableLayers(surroundings, flags.envFile ?? [], problems);
  const network = readNetwork(variables, problems);
  const account = flags.simulate === true ? undefined : readAccount(variables, problems);
  problems.throwIfAny();
  if (options === undefined) throw new TypeError("options without a problem are missing");
  const { maxRate, quotaReserve, maxAttempts, timeout, quiet, verbose } = options;
  const reach = Object.freeze({
    maxRatePerSecond: maxRate,
    quotaReservePercent: quotaReserve,
    maxAttempts,
    timeoutMs: Math.ceil(timeout * 1000),
    quiet,
    verbose,
    noColor: variables.plain("NO_COLOR") !== undefined,
    network: Object.freeze(network),
    account: account === undefined ? undefined : Object.freeze(account),
  });
  return { options, reach };
}
