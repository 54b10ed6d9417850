import { spawn } from "node:child_process";
import { once } from "node:events";
import { CLI } from "./imported.ts";

/** Runs a simulator in a process of its own, so that it does not slow the measured process. */
export async function servedSimulator(
  words: readonly string[] = [],
): Promise<{ readonly baseUrl: string; shutdown(): void }> {
  const child = spawn(process.execPath, [CLI, "simulate", "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [chunk] = await once(child.stdout, "data");
  const [, baseUrl] = /MIMECAST_BASE_URL=(\S+)/.exec(String(chunk)) ?? [];
  if (baseUrl === undefined) throw new Error(`the simulator printed no settings: ${chunk}`);
  return { baseUrl, shutdown: () => void child.kill() };
}
