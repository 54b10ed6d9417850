import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { InputOptions } from "../../src/csv/open-input.ts";
import type { InputSource } from "../../src/csv/source.ts";
import type { AliasApi } from "../../src/domain/api.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { domainFilter } from "../../src/domain/skip-domain.ts";
import { type BreakerRules, DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import type { QuotaRules } from "../../src/engine/quota.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";
import type { ImportView, Plan, SendingJob } from "../../src/import-aliases/import-job.ts";
import { runImport } from "../../src/import-aliases/run-import.ts";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import type { Credentials } from "../../src/mimecast/settings.ts";
import { SIMULATOR_SETTINGS, type Simulator } from "../../src/simulator/simulator.ts";
import type { FinishedRun } from "../../src/write-results/finish-run.ts";
import { type CsvRecord, readCsvFile } from "./csv-files.ts";
import { put, temporaryFolder } from "./temporary-folder.ts";

/** Retries that take no time to speak of. */
const QUICK_RETRY = { maxAttempts: 6, baseMs: 2, ceilingMs: 20 } as const;
/** The breaker's own rules, with probes that take no time to speak of. */
const QUICK_BREAKER: BreakerRules = { ...DEFAULT_BREAKER, probeBaseMs: 2, probeCeilingMs: 20 };

/** How an import of a test differs from the ordinary one. */
export interface Changes {
  /** Where the ledger is: the one of an earlier run, to run again. */
  readonly folder?: string;
  readonly inputs?: readonly InputSource[];
  readonly reading?: InputOptions;
  readonly skip?: readonly string[];
  readonly planning?: Partial<PlanRules>;
  readonly sending?: Partial<SendingJob["sending"]>;
  readonly quota?: Partial<QuotaRules>;
  readonly breaker?: Partial<BreakerRules>;
  readonly credentials?: Partial<Extract<Credentials, { api: "2.0" }>>;
  readonly tenant?: string;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly shutdown?: Shutdown;
  /** Is told of every request before it leaves. */
  readonly onSent?: (sent: Sent) => void;
}

/** One request that carried a row, by the test's own clock. */
export interface Sent {
  readonly aliasFor: string;
  readonly alias: string;
  readonly sentMs: number;
  endedMs: number;
}

/** What came of an import, with all that a test may ask about. */
export interface Imported extends FinishedRun {
  readonly folder: string;
  readonly runFolder: string;
  readonly results: readonly CsvRecord[];
  readonly sent: readonly Sent[];
  readonly plan: Plan;
}

/** `outcome code` of each result, in the file's order. */
export function outcomesOf(results: readonly CsvRecord[]): string[] {
  return results.map(({ outcome = "", code = "" }) => `${outcome} ${code}`.trim());
}

/** A CSV text as an input file of its own. */
export function inputOf(csv: string | Buffer, name = "aliases.csv"): InputSource {
  return { kind: "file", path: put(temporaryFolder(), name, csv) };
}

/** Imports a CSV text into the simulator, through the real client and into a real ledger. */
export async function importing(
  simulator: Pick<Simulator, "url">,
  csv: string | Buffer,
  changes: Changes = {},
): Promise<Imported> {
  const imported = await tryImporting(simulator, csv, changes);
  if (imported === undefined) throw new Error("the run ended before anything was sent");
  return imported;
}

/** As {@link importing}; undefined where the run was stopped before anything was sent. */
async function tryImporting(
  simulator: Pick<Simulator, "url">,
  csv: string | Buffer,
  changes: Changes = {},
): Promise<Imported | undefined> {
  const job = jobOf(csv, changes);
  const clock = changes.clock ?? systemClock;
  const client = createMimecastClient(
    {
      baseUrl: simulator.url,
      credentials: {
        api: "2.0",
        clientId: SIMULATOR_SETTINGS.clientId,
        clientSecret: SIMULATOR_SETTINGS.clientSecret,
        ...changes.credentials,
      },
      timeoutMs: changes.timeoutMs ?? 10_000,
      connections: job.sending.concurrency,
      userAgent: "mimecast-bulk/test",
    },
    { clock, randomUuid: randomUUID },
  );
  const sent: Sent[] = [];
  const watched = watching(client, sent, changes.onSent);
  const plans: Plan[] = [];
  const view = { ...SILENT_VIEW, planned: (plan: Plan) => void plans.push(plan) };
  try {
    const shutdown = changes.shutdown ?? new Shutdown();
    const finished = await runImport(job, { clock, random: Math.random, view, client: watched }, shutdown);
    const [plan] = plans;
    if (finished === undefined || plan === undefined) return undefined;
    const { folder } = job;
    const runFolder = join(folder, finished.summary.run);
    const results = readCsvFile(finished.files.results);
    expect(results).toHaveLength(finished.summary.rows);
    return { ...finished, folder, runFolder, results, sent, plan };
  } finally {
    client.close();
  }
}

/** What an import of a test is asked to do. */
export function jobOf(csv: string | Buffer, changes: Changes = {}): SendingJob {
  return {
    inputs: changes.inputs ?? [inputOf(csv)],
    reading: changes.reading ?? {},
    skip: domainFilter(changes.skip ?? []),
    planning: { allowMove: false, allowChain: false, ...changes.planning },
    folder: changes.folder ?? newFolder(),
    toolVersion: "0.0.0-test",
    settings: {},
    account: { tenant: changes.tenant ?? "a test", loopback: true },
    sending: {
      concurrency: 16,
      retry: QUICK_RETRY,
      inPlaceCodes: new Set(),
      maxBatchSize: 1,
      ...changes.sending,
    },
    quota: { reservePercent: 10, ...changes.quota },
    breaker: { ...QUICK_BREAKER, ...changes.breaker },
  };
}

/** A view that shows nothing. */
export const SILENT_VIEW: ImportView = {
  ledgerOpened: nothing,
  runBegan: nothing,
  runRecovered: nothing,
  reading: nothing,
  planned: nothing,
  sending: nothing,
  sent: nothing,
  onOutcome: nothing,
  onRetry: nothing,
  onFailedCall: nothing,
  waiting: nothing,
};

function nothing(): void {
  // Said to nobody.
}

function newFolder(): string {
  const folder = join(temporaryFolder(), "runs");
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

function watching(client: AliasApi, sent: Sent[], onSent: Changes["onSent"]): AliasApi {
  return {
    async updateAliases(pairs, control) {
      const mine: Sent[] = [];
      const beforeSend = async (): Promise<void> => {
        await control.beforeSend();
        const sentMs = performance.now();
        for (const { aliasFor, alias } of pairs) {
          const one = { aliasFor, alias, sentMs, endedMs: Number.POSITIVE_INFINITY };
          mine.push(one);
          sent.push(one);
          onSent?.(one);
        }
      };
      const exchange = await client.updateAliases(pairs, { ...control, beforeSend });
      for (const one of mine) one.endedMs = performance.now();
      return exchange;
    },
  };
}

/** The name of a run's folder is the start's instant and the input's name. */
export function nameOf(imported: Imported): string {
  return basename(imported.runFolder);
}
