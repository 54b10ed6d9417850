import { join, resolve } from "node:path";
import { z } from "zod";
import { CONNECTION_OPTIONS, type Network, readNetwork } from "./connection-config.ts";
import { type Account, readAccount } from "./credentials.ts";
import { type ConfigSources, type Environment, readEnvironment } from "./environment.ts";
import { type ColumnsOption, checkInputOptions, INPUT_OPTIONS } from "./input-options.ts";
import { ConfigErrors, list, option, type ParseResult, parseOptions, wholeNumber } from "./option-parsers.ts";
import { parseDeadline, parseResendBefore } from "./times.ts";

/** Sources of the settings of an import, besides the command line. */
export interface ImportConfigSources extends ConfigSources {
  readonly nowEpochMs: number;
}

/** All settings of an import. Frozen. Safe to log: secrets print as a mask. */
export interface ImportConfig {
  readonly dryRun: boolean;
  readonly simulate: boolean;
  /** Maximum number of rows to send. */
  readonly limitRows: number | undefined;
  readonly columns: ColumnsOption;
  readonly noHeader: boolean;
  readonly headerLine: number | undefined;
  readonly delimiter: string | undefined;
  /** A name of the Encoding standard. */
  readonly encoding: string | undefined;
  /** Patterns for `domainFilter`. */
  readonly skipDomains: readonly string[];
  readonly concurrency: number;
  readonly maxRatePerSecond: number | undefined;
  readonly quotaReservePercent: number;
  /** Maximum number of rows in one call. */
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
  /** Undefined with `--simulate`, and with `--dry-run` if the settings name no usable account. */
  readonly account: Account | undefined;
}

/**
 * Reads the settings of an import from the flags, then the environment, then `.env` files. Throws one RunError
 * that lists every error: "usage" if one of them is in an option, "settings" otherwise.
 */
export function readImportConfig(flags: ImportFlags, sources: ImportConfigSources): ImportConfig {
  const problems = new ConfigErrors();
  const options = readImportFlags(flags, sources.nowEpochMs, problems);
  const variables = readEnvironment(sources, flags.envFile ?? [], problems);
  const network = readNetwork(variables, problems);
  const account = accountFor(flags, variables, problems);
  problems.throwIfAny();
  if (options === undefined) throw new TypeError("no option is wrong, but there are no options");
  return frozen(options, variables, network, account, sources.cwd);
}

function accountFor(flags: ImportFlags, variables: Environment, problems: ConfigErrors): Account | undefined {
  // The simulator must never receive the credentials of a real account.
  if (flags.simulate === true) return undefined;
  // A dry run makes no calls. The account only determines the ledger, so errors in it are ignored.
  return readAccount(variables, flags.dryRun === true ? new ConfigErrors() : problems);
}

function frozen(
  options: ImportOptions,
  variables: Environment,
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
    noColor: variables.get("NO_COLOR") !== undefined,
    network: Object.freeze(network),
    account: account === undefined ? undefined : Object.freeze(account),
  });
}

/** Kinds of conflicting rows that `--allow` permits. */
const ALLOWABLE = ["move", "chain"] as const;
type Allowable = (typeof ALLOWABLE)[number];

/** Failures at which a run stops: a number of rows, or a percentage of the rows sent. */
export type MaxFailures =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

/** Options of import before parsing, named as commander names them. */
export type ImportFlags = z.input<ReturnType<typeof importFlags>>;
/** Options of import parsed, with defaults. */
type ImportOptions = z.output<ReturnType<typeof importFlags>>;

/** Reads the options. Reports every error in them; returns undefined if there is one. */
function readImportFlags(
  flags: ImportFlags,
  nowEpochMs: number,
  problems: ConfigErrors,
): ImportOptions | undefined {
  const options = parseOptions(importFlags(nowEpochMs), flags, problems);
  if (options !== undefined) checkInputOptions(options, problems);
  return options;
}

function importFlags(nowEpochMs: number) {
  const on = z.boolean().default(false);
  return z.object({
    ...CONNECTION_OPTIONS,
    ...INPUT_OPTIONS,
    dryRun: on,
    limit: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
    // 160 calls a second (the recorded quota) at 0.4 s each keep 64 calls in flight.
    concurrency: wholeNumber(1, 256).default(64),
    // The API documents several rows in a call as equivalent to single calls, but no known public client sends them.
    rowsPerRequest: wholeNumber(1, 100).default(1),
    maxFailures: option(parseMaxFailures).optional(),
    deadline: option((text) => instant(parseDeadline(text, nowEpochMs))).optional(),
    allow: list(parseAllow),
    inPlaceCode: list(parseErrorCode),
    resendBefore: option((text) => instant(parseResendBefore(text, nowEpochMs))).optional(),
    out: z.string().min(1, "expected a folder").default("runs"),
    json: on,
    metricsFile: option(parseMetricsFile).optional(),
  });
}

function parseAllow(text: string): ParseResult<Allowable> {
  const kind = ALLOWABLE.find((it) => it === text);
  if (kind !== undefined) return { ok: true, value: kind };
  return { ok: false, reason: `expected ${ALLOWABLE.join(" or ")}` };
}

function parseErrorCode(text: string): ParseResult<string> {
  if (/^[\w.:-]{1,200}$/.test(text)) return { ok: true, value: text };
  return { ok: false, reason: "expected an API error code, such as err_validation" };
}

/** Parses `--metrics-file`. The textfile collector reads only `*.prom`. The rule also protects inputs and `.env`. */
function parseMetricsFile(text: string): ParseResult<string> {
  if (isMetricsFileName(text)) return { ok: true, value: text };
  return { ok: false, reason: "expected a file whose name ends in .prom, such as mimecast-bulk.prom" };
}

/** Returns true if `--metrics-file` may have this name. */
export function isMetricsFileName(text: string): boolean {
  return /[^/\\]\.prom$/.test(text);
}

function parseMaxFailures(text: string): ParseResult<MaxFailures> {
  if (/^\d{1,3}(?:\.\d{1,9})?%$/.test(text)) {
    const percent = Number.parseFloat(text);
    if (percent > 0 && percent <= 100) return { ok: true, value: { kind: "percent", percent } };
  } else if (/^[1-9]\d{0,14}$/.test(text)) {
    return { ok: true, value: { kind: "count", count: Number(text) } };
  }
  return { ok: false, reason: "expected a number of rows, at least 1, or a percentage such as 5%" };
}

function instant(time: ReturnType<typeof parseDeadline>): ParseResult<number> {
  return time.ok ? { ok: true, value: time.epochMs } : time;
}
