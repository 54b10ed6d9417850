import type { Account } from "../config/account.ts";
import type { ImportConfig } from "../config.ts";
import type { InputSource } from "../csv/input-bytes.ts";
import { skipDomain } from "../domain/skip-domain.ts";
import { DEFAULT_BREAKER } from "../engine/breaker.ts";
import { DEFAULT_RETRY } from "../engine/retry.ts";
import type { ImportJob, SendingJob } from "../import-aliases/import-job.ts";
import { type Program, toolVersion } from "./program.ts";
import { shownSettings } from "./shown-settings.ts";

/** What the settings ask of an import, sent or not. */
export function jobOf(files: readonly string[], config: ImportConfig, program: Program): ImportJob {
  return {
    inputs: inputsOf(files, program),
    reading: {
      delimiter: config.delimiter,
      encoding: config.encoding,
      noHeader: config.noHeader,
      headerLine: config.headerLine,
      columns: config.columns,
    },
    skip: skipDomain(config.skipDomains),
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

/** The inputs that the words on the command line name. */
export function inputsOf(files: readonly string[], program: Program): InputSource[] {
  return files.map((path) =>
    path === "-" ? { kind: "stdin", stream: program.stdin } : { kind: "file", path },
  );
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
