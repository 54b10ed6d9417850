import { join, resolve } from "node:path";
import { type Account, readAccount } from "./config/account.ts";
import type { ColumnsOption } from "./config/csv-options.ts";
import {
  type Allowable,
  type ImportFlags,
  type ImportOptions,
  type MaxFailures,
  readImportFlags,
} from "./config/import-flags.ts";
import { type Network, readNetwork } from "./config/network.ts";
import { Problems } from "./config/problems.ts";
import { readVariableLayers, type Surroundings, type VariableLayers } from "./config/variable-layers.ts";

/** What surrounds an import, as far as settings depend on it. */
export interface ImportSurroundings extends Surroundings {
  readonly nowEpochMs: number;
}

/** Everything that an import is told from outside. Frozen; may be logged, as its secrets print as a mask. */
export interface ImportConfig {
  readonly dryRun: boolean;
  readonly simulate: boolean;
  /** The most rows to send. */
  readonly limitRows: number | undefined;
  readonly columns: ColumnsOption;
  readonly noHeader: boolean;
  readonly headerLine: number | undefined;
  readonly delimiter: string | undefined;
  /** By its name in the Encoding standard. */
  readonly encoding: string | undefined;
  /** As `skipDomain` takes them. */
  readonly skipDomains: readonly string[];
  readonly concurrency: number;
  readonly maxRatePerSecond: number | undefined;
  readonly quotaReservePercent: number;
  /** The most rows of one call. */
  readonly rowsPerRequest: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly maxFailures: MaxFailures | undefined;
  readonly deadlineEpochMs: number | undefined;
  readonly allow: ReadonlySet<Allowable>;
  readonly inPlaceCodes: ReadonlySet<string>;
  readonly resendBeforeEpochMs: number | undefined;
  /** Absolute; with `--simulate` the folder `simulated` in `--out`. */
  readonly outDir: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly network: Network;
  /** Undefined with `--simulate`, and with `--dry-run` where the settings name none that could be used. */
  readonly account: Account | undefined;
}

/**
 * Reads the settings of an import from the flags, then the environment, then `.env` files. Throws one RunError
 * that lists every problem: "usage" if an option is among them, "settings" otherwise.
 */
export function readImportConfig(flags: ImportFlags, surroundings: ImportSurroundings): ImportConfig {
  const problems = new Problems();
  const options = readImportFlags(flags, surroundings.nowEpochMs, problems);
  const variables = readVariableLayers(surroundings, flags.envFile ?? [], problems);
  const network = readNetwork(variables, problems);
  const account = accountFor(flags, variables, problems);
  problems.throwIfAny();
  if (options === undefined) throw new TypeError("options without a problem are missing");
  return frozen(options, variables, network, account, surroundings.cwd);
}

function accountFor(flags: ImportFlags, variables: VariableLayers, problems: Problems): Account | undefined {
  // The simulator must never be handed the credentials of a real account.
  if (flags.simulate === true) return undefined;
  // A dry run reaches nobody: an account only tells it which ledger is meant.
  return readAccount(variables, flags.dryRun === true ? new Problems() : problems);
}

function frozen(
  options: ImportOptions,
  variables: VariableLayers,
  network: Network,
  account: Account | undefined,
  cwd: string,
): ImportConfig {
  const out = resolve(cwd, options.out);
  return Object.freeze({
    dryRun: options.dryRun,
    simulate: options.simulate,
    limitRows: options.limit,
    columns: Object.freeze(options.columns),
    noHeader: !options.header,
    headerLine: options.headerLine,
    delimiter: options.delimiter,
    encoding: options.encoding,
    skipDomains: Object.freeze(options.skipDomain),
    concurrency: options.concurrency,
    maxRatePerSecond: options.maxRate,
    quotaReservePercent: options.quotaReserve,
    rowsPerRequest: options.rowsPerRequest,
    maxAttempts: options.maxAttempts,
    timeoutMs: Math.ceil(options.timeout * 1000),
    maxFailures: options.maxFailures,
    deadlineEpochMs: options.deadline,
    allow: new Set(options.allow),
    inPlaceCodes: new Set(options.inPlaceCode),
    resendBeforeEpochMs: options.resendBefore,
    outDir: options.simulate ? join(out, "simulated") : out,
    json: options.json,
    quiet: options.quiet,
    verbose: options.verbose,
    noColor: variables.plain("NO_COLOR") !== undefined,
    network: Object.freeze(network),
    account: account === undefined ? undefined : Object.freeze(account),
  });
}
