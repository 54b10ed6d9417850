import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { OUTCOMES } from "../../src/domain/outcome.ts";
import { type FoundRecord, recordsIn } from "./records.ts";

/** A line of results.csv. */
const resultShape = z.object({
  file: z.string().optional(),
  line: z.coerce.number(),
  aliasFor: z.string(),
  alias: z.string(),
  outcome: z.enum(OUTCOMES),
  code: z.string(),
  message: z.string(),
  retryable: z.enum(["", "true", "false"]),
  attempts: z.coerce.number(),
  requestId: z.string(),
  at: z.string(),
});
export type Result = z.infer<typeof resultShape>;

const summaryShape = z.object({
  run: z.string(),
  state: z.enum(["finished", "stopped", "killed"]),
  exitCode: z.number().nullable(),
  stopReasons: z.array(z.object({ kind: z.string(), signal: z.string().optional() })),
  inputs: z.array(z.object({ sha256: z.string().nullable() })),
  rows: z.number(),
  outcomes: z.record(z.enum(OUTCOMES), z.number()),
  failures: z.object({
    byCode: z.array(z.object({ new: z.number(), repeated: z.number() })),
    byDomain: z.array(z.object({ new: z.number(), repeated: z.number() })),
  }),
});
export type LeftSummary = z.infer<typeof summaryShape>;

/** What a run left in its folder; what is not there is undefined. */
export interface LeftFolder {
  readonly name: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly results: readonly Result[] | undefined;
  readonly summary: LeftSummary | undefined;
  /** With its header. */
  readonly failed: readonly FoundRecord[] | undefined;
  readonly failedReasons: readonly FoundRecord[] | undefined;
  readonly remaining: readonly FoundRecord[] | undefined;
  /** What can't be read as the file that it is. */
  readonly torn: readonly string[];
}

const RUN_FOLDER = /^\d{8}T\d{9}Z-/;

export function runFolders(runs: string): string[] {
  return existsSync(runs) ? readdirSync(runs).filter((name) => RUN_FOLDER.test(name)) : [];
}

export function readFolder(runs: string, name: string): LeftFolder {
  const path = join(runs, name);
  const torn: string[] = [];
  const read = <T>(file: string, as: (text: string) => T): T | undefined => {
    const whole = join(path, file);
    if (!existsSync(whole)) return undefined;
    const content = readFileSync(whole, "utf8");
    try {
      if (!content.endsWith("\n")) throw new Error("the last line has no end");
      return as(content);
    } catch (error) {
      torn.push(`${file} is torn: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  return {
    name,
    path,
    names: readdirSync(path),
    results: read("results.csv", resultsIn),
    summary: read("summary.json", (content) => summaryShape.parse(JSON.parse(content))),
    failed: read("failed.csv", recordsIn),
    failedReasons: read("failed-reasons.csv", recordsIn),
    remaining: read("remaining.csv", recordsIn),
    torn,
  };
}

function resultsIn(content: string): Result[] {
  const [header, ...records] = recordsIn(content);
  if (header === undefined) throw new Error("it has no header");
  return records.map(({ cells }) =>
    resultShape.parse(Object.fromEntries(header.cells.map((column, index) => [column, cells[index]]))),
  );
}
