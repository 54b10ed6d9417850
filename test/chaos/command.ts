import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SIMULATOR_SETTINGS } from "../../src/simulator/account.ts";
import type { Step } from "./scenario.ts";

/** From the project's folder, which is where npm runs everything. */
const CLI = resolve("dist/cli.js");
const PRELOAD = pathToFileURL(resolve("test/chaos/clock-preload.mjs")).href;
/** A run that has not ended within this hangs. A service that fails most calls slows a run down to some calls a second. */
const LONGEST_RUN_MS = 400_000;

/** A run of the built program. */
export interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

export interface CommandEnd {
  readonly code: number | null;
  /** Undefined unless one ended it, which was not left to the program. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isHung: boolean;
}

export interface CommandSurroundings {
  readonly cwd: string;
  readonly url: string;
  readonly api: "1.0" | "2.0";
  readonly clock: Pick<Step, "haste" | "jumps">;
  readonly fileSizeBlocks?: number | undefined;
  readonly stdin?: string | undefined;
  /** The folder for temporary files; the system's where absent. */
  readonly temporary?: string | undefined;
}

export function startCommand(words: readonly string[], surroundings: CommandSurroundings): Command {
  const { api, clock, cwd, fileSizeBlocks, stdin, temporary, url } = surroundings;
  const host = [process.execPath, CLI, ...words];
  // The shell becomes the program, so that signals meet it.
  const line =
    fileSizeBlocks === undefined
      ? host
      : ["/bin/sh", "-c", 'ulimit -f "$0"; exec "$@"', String(fileSizeBlocks), ...host];
  const [file = "", ...rest] = line;
  const child = spawn(file, rest, {
    cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      NODE_OPTIONS: `--import=${PRELOAD}`,
      CHAOS_CLOCK: JSON.stringify({ haste: clock.haste, jumps: clock.jumps }),
      ...(temporary === undefined ? {} : { TMPDIR: temporary }),
      ...settings(url, api),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // One that is killed reads nothing any more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  return { child, ended: endOf(child) };
}

async function endOf(child: ChildProcess): Promise<CommandEnd> {
  const heard = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    heard.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    heard.stderr += text;
  });
  let isHung = false;
  const patience = setTimeout(() => {
    isHung = true;
    child.kill("SIGKILL");
  }, LONGEST_RUN_MS);
  await once(child, "close");
  clearTimeout(patience);
  return { code: child.exitCode, signal: child.signalCode, ...heard, isHung };
}

function settings(url: string, api: CommandSurroundings["api"]): Record<string, string> {
  const { accessKey, appId, appKey, clientId, clientSecret, secretKey } = SIMULATOR_SETTINGS;
  return api === "2.0"
    ? { MIMECAST_BASE_URL: url, MIMECAST_CLIENT_ID: clientId, MIMECAST_CLIENT_SECRET: clientSecret }
    : {
        MIMECAST_BASE_URL: url,
        MIMECAST_APP_ID: appId,
        MIMECAST_APP_KEY: appKey,
        MIMECAST_ACCESS_KEY: accessKey,
        MIMECAST_SECRET_KEY: secretKey,
      };
}
