import { readFileSync } from "node:fs";
import type { Account } from "../config/account.ts";
import type { ImportConfig } from "../config.ts";
import type { InputSource } from "../csv/input-bytes.ts";
import { RunError } from "../domain/run-error.ts";
import { skipDomain } from "../domain/skip-domain.ts";
import { DEFAULT_BREAKER } from "../engine/breaker.ts";
import { DEFAULT_RETRY } from "../engine/retry.ts";
import type { ImportJob, SendingJob } from "../import-aliases/import-job.ts";
import { environmentProxy } from "../mimecast/proxy.ts";
import type { MimecastSettings } from "../mimecast/settings.ts";
import { revealed } from "./credentials.ts";
import { type Program, toolVersion } from "./program.ts";

/** What the settings ask of an import, sent or not. */
export function jobOf(files: readonly string[], config: ImportConfig, program: Program): ImportJob {
  return {
    inputs: files.map((path): InputSource => {
      return path === "-" ? { kind: "stdin", stream: program.stdin } : { kind: "file", path };
    }),
    reading: { delimiter: config.delimiter, noHeader: config.noHeader, columns: config.columns },
    skip: skipDomain(config.skipDomains),
    planning: {
      allowMove: config.allow.has("move"),
      allowChain: config.allow.has("chain"),
      resendBeforeEpochMs: config.resendBeforeEpochMs,
    },
    folder: config.outDir,
    toolVersion: toolVersion(),
  };
}

/** The same, with what sending needs. */
export function sendingJob(job: ImportJob, config: ImportConfig, account: Account): SendingJob {
  return {
    ...job,
    account: { tenant: account.tenant, loopback: account.loopback },
    sending: {
      concurrency: config.concurrency,
      limit: config.limitRows,
      deadlineEpochMs: config.deadlineEpochMs,
      retry: { ...DEFAULT_RETRY, maxAttempts: config.maxAttempts },
      rowsPerCall: config.rowsPerRequest,
      inPlaceCodes: config.inPlaceCodes,
      maxFailures: config.maxFailures,
    },
    quota: { reservePercent: config.quotaReservePercent, maxRatePerSecond: config.maxRatePerSecond },
    breaker: DEFAULT_BREAKER,
  };
}

/** How the settings say that Mimecast is reached. Throws a RunError where a file that they name can't be read. */
export function clientSettings(config: ImportConfig, account: Account, program: Program): MimecastSettings {
  // From a .env file too: the proxy library looks into the environment itself.
  program.provideEnv("HTTPS_PROXY", config.network.httpsProxy?.reveal());
  program.provideEnv("NO_PROXY", config.network.noProxy);
  return {
    baseUrl: account.baseUrl,
    credentials: revealed(account.credentials),
    timeoutMs: config.timeoutMs,
    connections: config.concurrency,
    userAgent: `mimecast-bulk/${toolVersion()}`,
    proxyFor: environmentProxy(program.env),
    extraCa: extraCa(config, program),
  };
}

/** Node itself trusts NODE_EXTRA_CA_CERTS only where the environment had it at the start, so not from `.env`. */
function extraCa(config: ImportConfig, program: Program): string | undefined {
  const { extraCaCertsFile: file } = config.network;
  if (file === undefined || program.env["NODE_EXTRA_CA_CERTS"] === file) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RunError("settings", `NODE_EXTRA_CA_CERTS: ${file} can't be read; name a file in PEM format`, {
      cause,
    });
  }
}
