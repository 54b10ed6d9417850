import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { SIMULATOR_SETTINGS } from "../src/simulator/settings.ts";
import { type Measured, measured } from "./measured-process.ts";

/*
 * What an import costs, against a bare loop of got calls, and how its memory grows with its input. Both sides
 * are whole processes against the same simulator, which is a process of its own; they take turns, and what
 * counts are the ratios, since machines differ and their speed drifts.
 *
 *     npm run bench                      throughput, and memory of 5,000 and 100,000 rows
 *     npm run bench -- 50000 1000000     memory of so many rows and of so many (minutes)
 */
const CLI = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));
const BARE_GOT = fileURLToPath(new URL("./bare-got.js", import.meta.url));
const ROWS = 20_000;
const ROUNDS = 3;
const CONCURRENCY = 64;

const [few = 5_000, many = 100_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
const simulator = spawn(process.execPath, [CLI, "simulate", "--port", "0"], {
  stdio: ["ignore", "pipe", "ignore"],
});
try {
  const baseUrl = await printedBaseUrl();
  await throughput(baseUrl);
  await memory(baseUrl);
} finally {
  simulator.kill();
  await rm(folder, { recursive: true });
}

async function throughput(baseUrl: string): Promise<void> {
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const bare = await measured(BARE_GOT, [baseUrl, String(ROWS), String(CONCURRENCY)]);
    const tool = await imported(baseUrl, ROWS);
    const ratio = bare.seconds / tool.seconds;
    ratios.push(ratio);
    say(
      `round ${round}: bare got ${rate(ROWS, bare)} rows/s, import ${rate(ROWS, tool)} rows/s, ratio ${ratio.toFixed(2)}`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  say(
    `throughput, import against a bare got loop (ledger and files included): ${median.toFixed(2)}, at least 0.85 is wanted`,
  );
}

async function memory(baseUrl: string): Promise<void> {
  const small = await imported(baseUrl, few);
  const large = await imported(baseUrl, many);
  say(
    `peak memory: ${few} rows ${small.peakMiB.toFixed(0)} MiB, ${many} rows ${large.peakMiB.toFixed(0)} MiB`,
  );
  say(`memory ratio: ${(large.peakMiB / small.peakMiB).toFixed(2)}, at most 1.30 is wanted`);
}

async function imported(baseUrl: string, rows: number): Promise<Measured> {
  const input = join(folder, "aliases.csv");
  const out = join(folder, "runs");
  await pipeline(Readable.from(lines(rows)), createWriteStream(input));
  try {
    return await measured(
      CLI,
      ["import", input, "--out", out, "--concurrency", String(CONCURRENCY), "--quiet"],
      {
        MIMECAST_BASE_URL: baseUrl,
        MIMECAST_CLIENT_ID: SIMULATOR_SETTINGS.clientId,
        MIMECAST_CLIENT_SECRET: SIMULATOR_SETTINGS.clientSecret,
      },
    );
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function* lines(rows: number): Generator<string> {
  yield "aliasFor,alias\n";
  for (let row = 0; row < rows; row++) yield `user${row % 10_000}@company.example,alias${row}@old.example\n`;
}

async function printedBaseUrl(): Promise<string> {
  const [chunk] = await once(simulator.stdout, "data");
  const [, baseUrl] = /MIMECAST_BASE_URL=(\S+)/.exec(String(chunk)) ?? [];
  if (baseUrl === undefined) throw new Error(`the simulator printed no settings: ${chunk}`);
  return baseUrl;
}

function rate(rows: number, run: Measured): number {
  return Math.round(rows / run.seconds);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
