import type { MaxFailures } from "../config/import-flags.ts";
import type { ImportConfig } from "../config.ts";
import { count, duration } from "../domain/words.ts";

/**
 * What a run's report says of the settings, by the names under which they are given. Picked one by one: what is
 * not named here, and all that is secret, can't get into a file.
 */
export function shownSettings(config: ImportConfig): Record<string, string> {
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
    "--limit": config.limitRows === undefined ? undefined : count(config.limitRows),
    "--concurrency": String(config.concurrency),
    "--rows-per-request": String(config.rowsPerRequest),
    "--max-rate": config.maxRatePerSecond === undefined ? undefined : `${config.maxRatePerSecond} a second`,
    "--quota-reserve": `${config.quotaReservePercent} %`,
    "--max-attempts": String(config.maxAttempts),
    "--timeout": duration(config.timeoutMs),
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
  return bound.kind === "percent" ? `${bound.percent} %` : count(bound.count);
}

function instant(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
