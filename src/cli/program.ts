import { closeSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import type { StopSignal } from "../domain/stop-reason.ts";
import type { Processes } from "../files/temporary-files.ts";

/** The process, as commands see it. */
export interface Program {
  /** The words after the program's name, as typed. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sets a variable of the process where it has none yet, for libraries that read the environment themselves. */
  provideEnv(name: string, value: string | undefined): void;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly processes: Processes;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WriteStream;
  /** Calls `listener` for every SIGINT, SIGTERM and SIGHUP from now on, instead of dying of it. */
  onSignal(listener: (signal: StopSignal) => void): void;
}

/** The process that runs this. */
export function currentProgram(words: readonly string[]): Program {
  // A pipe that is closed, a terminal that is gone: whoever writes is told of it, and it must not end a run that
  // has calls in flight. Without a listener it would.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return {
    words,
    env: process.env,
    provideEnv(name, value) {
      // An empty variable counts as unset.
      if (value !== undefined && !process.env[name]) process.env[name] = value;
    },
    cwd: process.cwd(),
    platform: process.platform,
    processes: { ownId: process.pid, isAlive },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.on(signal, () => listener(signal));
    },
  };
}

/** Signal 0 is never sent: it only asks. One that may not be asked is alive. */
function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/**
 * Ends the process. Not left to Node: standard input may still be open, and would keep it waiting.
 *
 * Node gives a terminal its settings back as it exits, and aborts where the terminal is gone. So what was a
 * terminal is closed before, after a hang-up.
 */
export function endProcess(code: ExitCode): never {
  if (code === EXIT.SIGHUP) {
    for (const { fd, isTTY } of [process.stdin, process.stdout, process.stderr]) if (isTTY) closeSync(fd);
  }
  process.exit(code);
}

/** Of package.json, so that it is kept in one place. */
export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  // By hand: zod alone would double the time that --help and --version take.
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new TypeError("package.json holds no version");
}
