import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import type { StopSignal } from "../domain/stop-reason.ts";

/** The process, as commands see it. */
export interface Program {
  /** The words after the program's name, as typed. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: NodeJS.WriteStream;
  /** Calls `listener` for every SIGINT, SIGTERM and SIGHUP from now on, instead of dying of it. */
  onSignal(listener: (signal: StopSignal) => void): void;
}

/** Of package.json, so that it is kept in one place. */
export function toolVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
