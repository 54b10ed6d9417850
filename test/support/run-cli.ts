import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { SIMULATOR_SETTINGS, type Simulator } from "../../src/simulator/simulator.ts";
import { until } from "./clocks.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The built program: `npm test` builds it first. */
export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface CliSurroundings {
  /** All that the program finds in its environment besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What standard input holds; it is empty where absent, and stays open for "open". */
  readonly stdin?: string | Buffer | "open";
  /** A file descriptor in place of a pipe. */
  readonly stdout?: number;
}

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs beside the test. */
export interface CliRun {
  readonly ended: Promise<CliEnd>;
  kill(signal: NodeJS.Signals): void;
  /** More of standard input, where that is "open". */
  write(text: string): void;
  /** Standard output so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves once standard error holds the words. */
  said(words: string): Promise<void>;
}

/** The environment of a program that finds nothing there but PATH and what is given. */
export function cliEnv(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = "", NODE_V8_COVERAGE } = process.env;
  // Under `npm run coverage` the program writes down what it runs.
  return { PATH, ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }), ...env };
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs the built program to its end. */
export async function runCli(words: readonly string[], surroundings: CliSurroundings = {}): Promise<CliEnd> {
  return await startCli(words, surroundings).ended;
}

export function startCli(words: readonly string[], surroundings: CliSurroundings = {}): CliRun {
  const child = spawn(process.execPath, [CLI, ...words], {
    env: cliEnv(surroundings.env),
    // Elsewhere a `.env` of this project's own would be read.
    cwd: surroundings.cwd ?? temporaryFolder(),
    stdio: ["pipe", surroundings.stdout ?? "pipe", "pipe"],
  });
  running.add(child);
  const heard = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    heard.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    heard.stderr += text;
  });
  // A program that ends before it has read everything is no fault of the test.
  child.stdin?.on("error", () => undefined);
  if (surroundings.stdin === undefined) child.stdin?.end();
  else if (surroundings.stdin !== "open") child.stdin?.end(surroundings.stdin);
  const ended = new Promise<CliEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, ...heard });
    });
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    write: (text) => void child.stdin?.write(text),
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    said: (words) => until(`"${words}" in: ${heard.stderr}`, () => heard.stderr.includes(words)),
  };
}

/** The settings with which the program reaches the simulator. */
export function simulatorEnv(simulator: Pick<Simulator, "url">): Record<string, string> {
  return {
    MIMECAST_BASE_URL: simulator.url,
    MIMECAST_CLIENT_ID: SIMULATOR_SETTINGS.clientId,
    MIMECAST_CLIENT_SECRET: SIMULATOR_SETTINGS.clientSecret,
  };
}

/** The messages of the program's log lines. Throws where a line is no JSON. */
export function messagesOf(stderr: string): string[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const record: unknown = JSON.parse(line);
      return typeof record === "object" && record !== null && "msg" in record ? String(record.msg) : "";
    });
}
