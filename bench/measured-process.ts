import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The resources that a finished process used. */
export interface Measured {
  readonly seconds: number;
  readonly peakMiB: number;
  /** Processor time, of all its threads. */
  readonly cpuSeconds: number;
}

const OWN_USAGE = fileURLToPath(new URL("./own-usage.js", import.meta.url));

/** Runs a Node script to its end, with its start-up in the time. Throws if its exit code is not 0. */
export async function measured(
  script: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeWords: readonly string[] = [],
): Promise<Measured> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, ["--import", OWN_USAGE, ...nodeWords, script, ...words], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  let usage = "";
  child.stdio[3]?.on("data", (chunk: Buffer) => {
    usage += chunk.toString();
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${script} ${words.join(" ")} ended with ${code}`);
  const [peakKiB = Number.NaN, cpuUs = Number.NaN] = usage.split(" ").map(Number);
  return {
    seconds: (performance.now() - beganMs) / 1_000,
    peakMiB: peakKiB / 1_024,
    cpuSeconds: cpuUs / 1_000_000,
  };
}
