import { existsSync } from "node:fs";
import type { Account } from "../config/credentials.ts";
import type { ImportConfig, MaxFailures } from "../config/import-config.ts";
import type { InputSource } from "../csv/source.ts";
import { formatCount, formatDuration } from "../domain/format.ts";
import { RunError } from "../domain/run-error.ts";
import { domainFilter } from "../domain/skip-domain.ts";
import { DEFAULT_RETRY } from "../engine/backoff.ts";
import { DEFAULT_BREAKER } from "../engine/circuit-breaker.ts";
import type { ImportJob, SendingJob } from "../import-aliases/import-job.ts";
import { type Host, toolVersion } from "./host.ts";

/** Returns the job of an import: the part that a dry run needs, too. */
export function jobOf(files: readonly string[], config: ImportConfig, host: Host): ImportJob {
  return {
    inputs: inputsOf(files, host),
    reading: {
      delimiter: config.delimiter,
      encoding: config.encoding,
      noHeader: config.noHeader,
      headerLine: config.headerLine,
      columns: config.columns,
    },
    skip: domainFilter(config.skipDomains),
    planning: {
      allowMove: config.allow.has("move"),
      allowChain: config.allow.has("chain"),
      resendBeforeEpochMs: config.resendBeforeEpochMs,
    },
    folder: config.outDir,
    toolVersion: toolVersion(),
    settings: shownSettings(config),
  };
}

/** Returns the inputs that the command line names. */
export function inputsOf(files: readonly string[], host: Host): InputSource[] {
  return files.map((path) => (path === "-" ? { kind: "stdin", stream: host.stdin } : { kind: "file", path }));
}

/** Adds to the job of an import the settings that sending needs. */
export function sendingJob(job: ImportJob, config: ImportConfig, account: Account): SendingJob {
  return {
    ...job,
    account: { tenant: account.tenant, loopback: account.loopback },
    sending: {
      concurrency: config.concurrency,
      limit: config.limitRows,
      deadlineEpochMs: config.deadlineEpochMs,
      retry: { ...DEFAULT_RETRY, maxAttempts: config.maxAttempts },
      maxBatchSize: config.rowsPerRequest,
      inPlaceCodes: config.inPlaceCodes,
      maxFailures: config.maxFailures,
    },
    quota: { reservePercent: config.quotaReservePercent, maxRatePerSecond: config.maxRatePerSecond },
    breaker: DEFAULT_BREAKER,
  };
}

/**
 * Returns the settings for the report of a run, by their names on the command line and in the environment. Lists each
 * one explicitly, so that no secret and no unlisted setting can get into a file.
 */
function shownSettings(config: ImportConfig): Record<string, string> {
  const { account, maxFailures, network } = config;
  const settings: Record<string, string | undefined> = {
    MIMECAST_API: account?.credentials.api,
    MIMECAST_BASE_URL: account?.baseUrl,
    // Its URL may hold a password.
    HTTPS_PROXY: network.httpsProxy === undefined ? undefined : "set",
    NO_PROXY: network.noProxy,
    NODE_EXTRA_CA_CERTS: network.extraCaCertsFile,
    "--simulate": config.simulate ? "on" : undefined,
    "--columns": [
      ...(config.columns.aliasFor === undefined ? [] : [`aliasFor=${config.columns.aliasFor}`]),
      ...(config.columns.aliases ?? []).map((name) => `alias=${name}`),
    ].join(","),
    "--no-header": config.noHeader ? "on" : undefined,
    "--header-line": config.headerLine === undefined ? undefined : String(config.headerLine),
    "--delimiter": config.delimiter,
    "--encoding": config.encoding,
    "--skip-domain": config.skipDomains.join(", "),
    "--allow": [...config.allow].join(", "),
    "--in-place-code": [...config.inPlaceCodes].join(", "),
    "--resend-before": instant(config.resendBeforeEpochMs),
    "--limit": config.limitRows === undefined ? undefined : formatCount(config.limitRows),
    "--concurrency": String(config.concurrency),
    "--rows-per-request": String(config.rowsPerRequest),
    "--max-rate": config.maxRatePerSecond === undefined ? undefined : `${config.maxRatePerSecond} a second`,
    "--quota-reserve": `${config.quotaReservePercent} %`,
    "--max-attempts": String(config.maxAttempts),
    "--timeout": formatDuration(config.timeoutMs),
    "--max-failures": maxFailures === undefined ? undefined : failureBound(maxFailures),
    "--deadline": instant(config.deadlineEpochMs),
    "--out": config.outDir,
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, value]],
    ),
  );
}

function failureBound(bound: MaxFailures): string {
  return bound.kind === "percent" ? `${bound.percent} %` : formatCount(bound.count);
}

function instant(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}

/**
 * Throws a RunError "usage" if a variadic option has consumed a file that follows it: the run would not read that file.
 *
 * @param options the values of each such option, by its name
 */
export function checkVariadicOptions(
  files: readonly string[],
  options: Readonly<Record<string, readonly string[] | undefined>>,
): void {
  if (files.filter((file) => file === "-").length > 1) {
    throw new RunError("usage", "- is standard input, which can be read only once; name it once");
  }
  for (const [option, values = []] of Object.entries(options)) {
    const consumed = values.find((value) => existsSync(value));
    if (consumed === undefined) continue;
    throw new RunError(
      "usage",
      `${option} has consumed the file ${consumed} as a value; name files before the options`,
    );
  }
}
