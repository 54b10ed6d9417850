import { z } from "zod";
import { proxyUrl } from "../mimecast/proxy.ts";
import { type Account, readAccount } from "./credentials.ts";
import { type ConfigSources, type Environment, readEnvironment } from "./environment.ts";
import { ConfigErrors, parseOptions, percentage, positiveNumber, wholeNumber } from "./option-parsers.ts";
import { Secret } from "./secret.ts";

/** How a command reaches Mimecast. May be logged, as its secrets print as a mask. */
export interface ConnectionConfig {
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
 * {@link CONNECTION_OPTIONS} and its own, then the environment, then `.env` files. `tellClashes` looks for options that
 * don't go together. Throws one RunError that lists every problem: "usage" if an option is among them, "settings"
 * otherwise.
 */
export function readConnectionConfig<S extends z.ZodType<ReachOptions>>(
  schema: S,
  flags: z.input<S> & ReachFlags,
  surroundings: ConfigSources,
  tellClashes: (options: z.output<S>, problems: ConfigErrors) => void = () => undefined,
): { readonly options: z.output<S>; readonly reach: ConnectionConfig } {
  const problems = new ConfigErrors();
  const options = parseOptions(schema, flags, problems);
  if (options !== undefined) tellClashes(options, problems);
  const variables = readEnvironment(surroundings, flags.envFile ?? [], problems);
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
    noColor: variables.get("NO_COLOR") !== undefined,
    network: Object.freeze(network),
    account: account === undefined ? undefined : Object.freeze(account),
  });
  return { options, reach };
}

/** How the network is reached, as everywhere. */
export interface Network {
  /** `HTTPS_PROXY`, or else `ALL_PROXY`; its URL may hold a password. */
  readonly httpsProxy: Secret | undefined;
  /** `NO_PROXY`: hosts that are reached directly, separated by commas. */
  readonly noProxy: string | undefined;
  /** `NODE_EXTRA_CA_CERTS`. Node itself obeys it only where the environment has it before the start. */
  readonly extraCaCertsFile: string | undefined;
}

/** Reads the network's settings. */
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

/** The options of every command that reaches Mimecast. */
export const CONNECTION_OPTIONS = {
  maxRate: wholeNumber(1, 1_000_000).optional(),
  // Leaves the account's other integrations something, and costs a tenth of the speed.
  quotaReserve: percentage(0, 99).default(10),
  // With backoff this spans minutes: longer than a passing fault, shorter than an outage.
  maxAttempts: wholeNumber(1, 100).default(6),
  timeout: positiveNumber(3600).default(30),
  quiet: on,
  verbose: on,
  simulate: on,
  envFile: z.array(z.string()).default([]),
} as const;

const reachFlags = z.object(CONNECTION_OPTIONS);

/** Those options as the command line has them. */
export type ReachFlags = z.input<typeof reachFlags>;
/** Those options with their types and defaults. */
type ReachOptions = z.output<typeof reachFlags>;
