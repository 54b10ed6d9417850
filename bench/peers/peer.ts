import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a peer is given: where to send, and a folder for the files that it needs. */
export interface Task {
  readonly baseUrl: string;
  readonly token: string;
  readonly rows: number;
  readonly concurrency: number;
  readonly folder: string;
}

/** Another way to send one row a call. */
export interface Peer {
  readonly name: string;
  /** Fewer than the others where it is so slow that nobody would wait. */
  readonly rows: number;
  /** How to get it where it is absent; undefined where it is there. */
  readonly missing: () => string | undefined;
  readonly command: (task: Task) => readonly [program: string, ...words: string[]];
}

const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

const AS_WORDS = ({ baseUrl, token, rows, concurrency }: Task): string[] => [
  baseUrl,
  token,
  String(rows),
  String(concurrency),
];

export const PEERS: readonly Peer[] = [
  {
    name: "undici's request (the floor)",
    rows: 20_000,
    missing: () => undefined,
    command: (task) => [process.execPath, beside("undici-lanes.js"), ...AS_WORDS(task)],
  },
  {
    name: "curl --parallel",
    rows: 5_000,
    missing: () => (runs("curl", "--no-progress-meter", "--version") ? undefined : "Debian's package curl"),
    command: (task) => [
      "curl",
      "--no-progress-meter",
      "--parallel",
      "--parallel-max",
      String(task.concurrency),
      "-K",
      curlFile(task),
    ],
  },
  {
    name: "Python, aiohttp",
    rows: 10_000,
    missing: () => (runs(PYTHON, "-c", "import aiohttp") ? undefined : "Debian's package python3-aiohttp"),
    command: (task) => [PYTHON, source("aiohttp_lanes.py"), ...AS_WORDS(task)],
  },
  {
    name: "Python, requests in a thread pool",
    rows: 5_000,
    missing: () => (runs(PYTHON, "-c", "import requests") ? undefined : "Debian's package python3-requests"),
    command: (task) => [PYTHON, source("requests_pool.py"), ...AS_WORDS(task)],
  },
  {
    name: "newman with a data file",
    rows: 500,
    missing: () => (runs("newman", "--version") ? undefined : "newman, from npm, on the PATH"),
    command: (task) => [
      "newman",
      "run",
      ...newmanFiles(task),
      "--reporters",
      "json",
      "--reporter-json-export",
      join(task.folder, "newman-report.json"),
    ],
  },
];

/** Seconds that the peer took, start-up included. Throws where it fails. */
export async function secondsOf(peer: Peer, task: Task): Promise<number> {
  const [program, ...words] = peer.command(task);
  const beganMs = performance.now();
  const child = spawn(program, words, { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${peer.name} ended with ${code}`);
  return (performance.now() - beganMs) / 1_000;
}

function runs(program: string, ...words: string[]): boolean {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}

/** A compiled file of this folder. */
function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A file of this folder that is no TypeScript, and so is not in `dist`. */
function source(name: string): string {
  return fileURLToPath(new URL(`../../../peers/${name}`, import.meta.url));
}

function curlFile({ baseUrl, token, rows, folder }: Task): string {
  const calls = Array.from({ length: rows }, (_, row) => {
    const data = [{ aliasFor: `user${row}@company.example`, alias: `curl${row}@old.example` }];
    return [
      `url = "${baseUrl}/api/user/update-alias"`,
      `header = "Authorization: Bearer ${token}"`,
      'header = "Content-Type: application/json"',
      `data = ${JSON.stringify(JSON.stringify({ data }))}`,
      'output = "/dev/null"',
      "silent",
      "fail",
    ].join("\n");
  });
  const path = join(folder, "curl.txt");
  writeFileSync(path, calls.join("\nnext\n"));
  return path;
}

function newmanFiles({ baseUrl, token, rows, folder }: Task): string[] {
  const raw = '{"data":[{"aliasFor":"{{aliasFor}}","alias":"{{alias}}"}]}';
  const request = {
    method: "POST",
    url: `${baseUrl}/api/user/update-alias`,
    header: [
      { key: "Authorization", value: `Bearer ${token}` },
      { key: "Content-Type", value: "application/json" },
    ],
    body: { mode: "raw", raw },
  };
  const schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
  const collection = join(folder, "collection.json");
  writeFileSync(
    collection,
    JSON.stringify({ info: { name: "aliases", schema }, item: [{ name: "set", request }] }),
  );
  const data = join(folder, "data.csv");
  const lines = Array.from(
    { length: rows },
    (_, row) => `user${row}@company.example,newman${row}@old.example`,
  );
  writeFileSync(data, `aliasFor,alias\n${lines.join("\n")}\n`);
  return [collection, "--iteration-data", data];
}
