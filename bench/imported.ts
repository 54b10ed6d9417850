import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { SIMULATOR_SETTINGS } from "../src/simulator/account.ts";
import { type Measured, measured } from "./measured-process.ts";

export const CLI = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

/** Returns the settings with which the program reaches a simulator. */
export function environmentFor(baseUrl: string): Record<string, string> {
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  return {
    MIMECAST_BASE_URL: baseUrl,
    MIMECAST_CLIENT_ID: clientId,
    MIMECAST_CLIENT_SECRET: clientSecret,
  };
}

/** Imports N rows into a new ledger. The rows have at most 10,000 primaries. */
export async function imported(
  baseUrl: string,
  rowCount: number,
  words: readonly string[] = [],
  nodeWords: readonly string[] = [],
): Promise<Measured> {
  const [figures] = await importing(baseUrl, rowCount, words, nodeWords, async () => undefined);
  return figures;
}

/** Imports likewise and returns `results.csv` too, which is then in memory. */
export async function importedWithResults(
  baseUrl: string,
  rowCount: number,
  words: readonly string[],
): Promise<Measured & { readonly resultsCsv: string }> {
  const [figures, resultsCsv] = await importing(baseUrl, rowCount, words, [], resultsIn);
  return { ...figures, resultsCsv };
}

async function importing<T>(
  baseUrl: string,
  rowCount: number,
  words: readonly string[],
  nodeWords: readonly string[],
  look: (out: string) => Promise<T>,
): Promise<[Measured, T]> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  const input = join(folder, "aliases.csv");
  const out = join(folder, "runs");
  try {
    await writeRows(input, rowCount);
    const all = ["import", input, "--out", out, "--quiet", ...words];
    return [await measured(CLI, all, environmentFor(baseUrl), nodeWords), await look(out)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a CSV file of N rows. */
export async function writeRows(path: string, rowCount: number): Promise<void> {
  await pipeline(Readable.from(lines(rowCount)), createWriteStream(path));
}

async function resultsIn(out: string): Promise<string> {
  const run = (await readdir(out)).find((name) => /^\d{8}T/.test(name));
  return run === undefined ? "" : await readFile(join(out, run, "results.csv"), "utf8");
}

function* lines(rowCount: number): Generator<string> {
  yield "aliasFor,alias\n";
  for (let row = 0; row < rowCount; row++)
    yield `user${row % 10_000}@company.example,alias${row}@old.example\n`;
}
