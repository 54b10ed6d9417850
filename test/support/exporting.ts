import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { Group } from "../../src/domain/api.ts";
import { DEFAULT_MEMBER_COLUMNS } from "../../src/domain/member-columns.ts";
import type { ReadRules } from "../../src/engine/api-reader.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";
import type { Exported, ExportJob, ExportView } from "../../src/export-members/export-job.ts";
import { runExport } from "../../src/export-members/run-export.ts";
import type { Processes } from "../../src/files/temporary-files.ts";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import type { DirectoryContent } from "../../src/simulator/directory/directory-file.ts";
import { SIMULATOR_SETTINGS, type Simulator, type SimulatorOptions } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { type CsvRecord, readCsvFile } from "./csv-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A process that no other test's is. */
const PROCESSES: Processes = { ownId: 1, isAlive: () => false };

/** How an export of a test differs from one of all groups into a file that is not there yet. */
export interface ExportChanges extends Partial<Omit<ExportJob, "output" | "reading">> {
  /** Where the file is written; of an earlier export, to export again. */
  readonly path?: string;
  readonly changesPath?: string;
  readonly reading?: Partial<ReadRules>;
  readonly shutdown?: Shutdown;
  readonly processes?: Processes;
}

/** What came of an export, with all that a test may ask about. */
export interface ExportEnd extends Exported {
  readonly path: string;
  readonly text: string;
  readonly records: readonly CsvRecord[];
  /** What people were told, as `event group`. */
  readonly told: readonly string[];
}

/** Exports from the simulator into a real file, through the real client. */
export async function exporting(
  simulator: Pick<Simulator, "url">,
  changes: ExportChanges = {},
): Promise<ExportEnd> {
  const {
    path = join(temporaryFolder(), "members.csv"),
    changesPath,
    reading,
    shutdown = new Shutdown(),
    processes,
    ...job
  } = changes;
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  const rules: ReadRules = {
    concurrency: 4,
    quota: { reservePercent: 10 },
    breaker: { ...DEFAULT_BREAKER, probeBaseMs: 2, probeCeilingMs: 20 },
    retry: { maxAttempts: 6, baseMs: 2, ceilingMs: 20 },
    ...reading,
  };
  const client = createMimecastClient(
    {
      baseUrl: simulator.url,
      credentials: { api: "2.0", clientId, clientSecret },
      timeoutMs: 10_000,
      connections: rules.concurrency,
      userAgent: "mimecast-bulk/test",
    },
    { clock: systemClock, randomUuid: randomUUID },
  );
  const told: string[] = [];
  try {
    const exported = await runExport(
      {
        groups: "all",
        columns: DEFAULT_MEMBER_COLUMNS,
        pageSize: 500,
        bom: false,
        escapeFormulas: true,
        ...job,
        output: { kind: "file", path, changesPath },
        reading: rules,
      },
      {
        clock: systemClock,
        random: Math.random,
        directory: client,
        processes: processes ?? PROCESSES,
        view: viewInto(told),
        print: async () => true,
      },
      shutdown,
    );
    return { ...exported, path, told, text: readFileSync(path, "utf8"), records: readCsvFile(path) };
  } finally {
    client.close();
  }
}

/** A simulator whose account has these groups. */
export async function withGroups(
  groups: NonNullable<DirectoryContent["groups"]>,
  options: SimulatorOptions = {},
): Promise<Simulator> {
  return await simulatorFor({ ...options, directory: { groups } });
}

function viewInto(told: string[]): ExportView {
  const tell = (event: string) => (group: Group) => void told.push(`${event} ${group.name}`);
  return {
    exporting: () => undefined,
    groupRead: tell("read"),
    groupAgain: tell("again"),
    countDiffers: tell("differs"),
    onRetry: (what) => void told.push(`retrying ${what}`),
    waiting: () => undefined,
    exported: () => undefined,
  };
}
