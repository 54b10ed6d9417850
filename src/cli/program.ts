import { closeSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { SECRET_VARIABLES } from "../config/variables.ts";
import { blotter } from "../domain/blotter.ts";
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
  /** Calls `listener` once, when {@link tidy} is called or the process ends otherwise, but for a kill. */
  onEnd(listener: () => void): void;
  /** The terminal is to be as it was: to be called before the last words. */
  tidy(): void;
  /** Calls `listener` for what is thrown where nobody catches it, instead of Node's own trace and end. */
  onFault(listener: (error: unknown) => void): void;
  /** From now on {@link blotted} takes these out, and no dump of the process's variables holds them. */
  keepSecrets(secrets: readonly string[]): void;
  /** A text without secrets, for what may have anything in it: the trace of a fault. */
  blotted(text: string): string;
}

/** The process that runs this. */
export function currentProgram(words: readonly string[]): Program {
  // A pipe that is closed, a terminal that is gone: whoever writes is told of it, and it must not end a run that
  // has calls in flight. Without a listener it would.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  let atEnd: (() => void)[] = [];
  const tidy = (): void => {
    const listeners = atEnd;
    atEnd = [];
    for (const listener of listeners) listener();
  };
  process.on("exit", tidy);
  // Known before the settings are read: a fault can come first.
  const secretsOfEnv = SECRET_VARIABLES.flatMap((name) => process.env[name] ?? []);
  let blotted = blotter(secretsOfEnv);
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
    onEnd: (listener) => void atEnd.push(listener),
    tidy,
    onFault: (listener) => void process.on("uncaughtException", listener),
    keepSecrets(secrets) {
      blotted = blotter([...secretsOfEnv, ...secrets]);
      // They are read by now; a report that Node writes when it is asked to, or runs out of memory, lists the rest.
      for (const name of SECRET_VARIABLES) delete process.env[name];
    },
    blotted: (text) => blotted(text),
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
