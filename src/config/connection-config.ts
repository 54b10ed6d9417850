import { z } from "zod";
import { proxyUrl } from "../mimecast/proxy.ts";
import { type Account, readAccount } from "./credentials.ts";
import { type ConfigSources, type Environment, readEnvironment } from "./environment.ts";
import { ConfigErrors, parseOptions, percentage, positiveNumber, wholeNumber } from "./option-parsers.ts";
import { Secret } from "./secret.ts";

/** Settings for the connection to Mimecast. Safe to log: secrets print as a mask. */
export interface ConnectionConfig {
  readonly maxRatePerSecond: number | undefined;
  readonly quotaReservePercent: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly network: Network;
  /** Undefined with `--simulate`: the simulator must never receive the credentials of a real account. */
  readonly account: Account | undefined;
}

/**
 * Reads the settings of a command that connects to Mimecast, except import: first its options
 * ({@link CONNECTION_OPTIONS} and its own), then the environment, then `.env` files. Throws one RunError that lists
 * every error: "usage" if one of them is in an option, "settings" otherwise.
 *
 * @param checkConflicts reports options that can't be combined
 */
export function readConnectionConfig<S extends z.ZodType<ConnectionOptions>>(
  schema: S,
  flags: z.input<S> & ConnectionFlags,
  sources: ConfigSources,
  checkConflicts: (options: z.output<S>, problems: ConfigErrors) => void = () => undefined,
): { readonly options: z.output<S>; readonly connection: ConnectionConfig } {
  const problems = new ConfigErrors();
  const options = parseOptions(schema, flags, problems);
  if (options !== undefined) checkConflicts(options, problems);
  const variables = readEnvironment(sources, flags.envFile ?? [], problems);
  const network = readNetwork(variables, problems);
  const account = flags.simulate === true ? undefined : readAccount(variables, problems);
  problems.throwIfAny();
  if (options === undefined) throw new TypeError("no option is wrong, but there are no options");
  const { maxRate, quotaReserve, maxAttempts, timeout, quiet, verbose } = options;
  const connection = Object.freeze({
    maxRatePerSecond: maxRate,
    quotaReservePercent: quotaReserve,
    maxAttempts,
    timeoutMs: Math.ceil(timeout * 1000),
    quiet,
    verbose,
    noColor: variables.get("NO_COLOR") !== undefined,
    network: Object.freeze(network),
    account: account === undefined ? undefined : Object.freeze(account),
  });
  return { options, connection };
}

/** Network settings, from the variables that most programs use. */
export interface Network {
  /** `HTTPS_PROXY`, otherwise `ALL_PROXY`. The URL may contain a password. */
  readonly httpsProxy: Secret | undefined;
  /** `NO_PROXY`: hosts to connect to directly, separated by commas. */
  readonly noProxy: string | undefined;
  /** `NODE_EXTRA_CA_CERTS`. Node itself reads it only from the environment that it starts with, not from `.env`. */
  readonly extraCaCertsFile: string | undefined;
}

/** Reads the network settings and reports an unusable proxy URL. */
export function readNetwork(variables: Environment, problems: ConfigErrors): Network {
  const name = variables.get("HTTPS_PROXY") === undefined ? "ALL_PROXY" : "HTTPS_PROXY";
  const proxy = variables.get(name);
  if (proxy !== undefined && proxyUrl(proxy) === undefined) {
    problems.settings(
      `${variables.spellingOf(name)}: expected the URL of an HTTP proxy, such as http://proxy.corp.example:3128; in a password write / ? # and @ as %2F %3F %23 and %40`,
    );
  }
  return {
    httpsProxy: proxy === undefined ? undefined : new Secret(proxy),
    noProxy: variables.get("NO_PROXY"),
    extraCaCertsFile: variables.get("NODE_EXTRA_CA_CERTS"),
  };
}

const on = z.boolean().default(false);

/** Options of every command that connects to Mimecast. */
export const CONNECTION_OPTIONS = {
  maxRate: wholeNumber(1, 1_000_000).optional(),
  // Leaves a tenth of the quota to other integrations, and costs a tenth of the speed.
  quotaReserve: percentage(0, 99).default(10),
  // With backoff this spans minutes: longer than a transient fault, shorter than an outage.
  maxAttempts: wholeNumber(1, 100).default(6),
  timeout: positiveNumber(3600).default(30),
  quiet: on,
  verbose: on,
  simulate: on,
  envFile: z.array(z.string()).default([]),
} as const;

const connectionFlags = z.object(CONNECTION_OPTIONS);

/** {@link CONNECTION_OPTIONS} before parsing, named as commander names them. */
export type ConnectionFlags = z.input<typeof connectionFlags>;
/** {@link CONNECTION_OPTIONS} parsed, with defaults. */
type ConnectionOptions = z.output<typeof connectionFlags>;
