import { closeSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileVariable, PROXY_VARIABLES, SECRET_VARIABLES } from "../config/environment.ts";
import { EXIT, type ExitCode, type StopSignal } from "../domain/exit-code.ts";
import { createRedactor, type Redactor } from "../domain/redact.ts";
import type { Processes } from "../files/temporary-files.ts";
import { proxySecrets } from "../mimecast/proxy.ts";

/** The process, as commands see it. */
export interface Host {
  /** The words after the program's name, as typed. */
  readonly argv: readonly string[];
  /** The environment that the process started with. `process.env` no longer holds its secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly processes: Processes;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WriteStream;
  /** Calls `listener` for every SIGINT, SIGTERM and SIGHUP from now on, instead of dying of it. */
  onSignal(listener: (signal: StopSignal) => void): void;
  /** Calls `listener` once, when {@link restoreTerminal} is called or the process ends otherwise, but for a kill. */
  onEnd(listener: () => void): void;
  /** The terminal is to be as it was: to be called before the last words. */
  restoreTerminal(): void;
  /** Calls `listener` for what is thrown where nobody catches it, instead of Node's own trace and end. */
  onUncaught(listener: (error: unknown) => void): void;
  /** Redacts these from now on, and removes the variables that hold one: Node lists all of them in its reports. */
  registerSecrets(secrets: readonly string[]): void;
  /** Redacts text that may hold anything, such as the trace of a fault. */
  readonly redactor: Redactor;
}

/** `os.tmpdir` reads them, also later on. */
const NEEDED_VARIABLES: ReadonlySet<string> = new Set(["TMPDIR", "TMP", "TEMP"]);

/** The process that runs this. */
export function currentHost(words: readonly string[]): Host {
  // A pipe that is closed, a terminal that is gone: whoever writes is told of it, and it must not end a run that
  // has calls in flight. Without a listener it would.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  let atEnd: (() => void)[] = [];
  const restoreTerminal = (): void => {
    const listeners = atEnd;
    atEnd = [];
    for (const listener of listeners) listener();
  };
  process.on("exit", restoreTerminal);
  const env = startingEnvironment();
  const redactor = createRedactor();
  const registerSecrets = (secrets: readonly string[]): void => {
    redactor.add(secrets);
    for (const [name, value = ""] of Object.entries(process.env)) {
      if (!NEEDED_VARIABLES.has(name) && redactor.redact(value) !== value) delete process.env[name];
    }
  };
  // Before the settings are read: a fault can come first, and not every command reads them.
  registerSecrets([
    ...SECRET_VARIABLES.flatMap((name) => env[name] ?? []),
    ...PROXY_VARIABLES.flatMap((name) => proxySecrets(env[name] ?? "")),
  ]);
  const named = [...SECRET_VARIABLES.map(fileVariable), ...SECRET_VARIABLES, ...PROXY_VARIABLES];
  for (const name of named) delete process.env[name];
  return {
    argv: words,
    env,
    cwd: process.cwd(),
    platform: process.platform,
    processes: { ownId: process.pid, isAlive },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.on(signal, () => listener(signal));
      // Ctrl-Break, of Windows alone: the one of its signals that one program can send another.
      process.on("SIGBREAK", () => listener("SIGINT"));
    },
    onEnd: (listener) => void atEnd.push(listener),
    restoreTerminal: restoreTerminal,
    onUncaught: (listener) => void process.on("uncaughtException", listener),
    registerSecrets: registerSecrets,
    redactor: redactor,
  };
}

/** A copy. Names are looked up in capitals on Windows, where the process's own object ignores case. */
function startingEnvironment(): Record<string, string | undefined> {
  const isWindows = process.platform === "win32";
  return Object.fromEntries(
    Object.entries(process.env).map(([name, value]) => [isWindows ? name.toUpperCase() : name, value]),
  );
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
 * terminal is closed before, after a hang-up. Windows' consoles have no such settings.
 */
export function endProcess(code: ExitCode): never {
  if (code === EXIT.SIGHUP && process.platform !== "win32") {
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
