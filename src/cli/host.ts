import { closeSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileVariable, PROXY_VARIABLES, SECRET_VARIABLES } from "../config/environment.ts";
import { EXIT, type ExitCode, type StopSignal } from "../domain/exit-code.ts";
import { createRedactor, type Redactor } from "../domain/redact.ts";
import type { Processes } from "../files/temporary-files.ts";
import { proxySecrets } from "../mimecast/proxy.ts";

/** The process as commands see it: streams, signals, environment. */
export interface Host {
  /** The command line after the program's name, as typed. */
  readonly argv: readonly string[];
  /** Environment at the start of the process. `process.env` no longer contains its secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly processes: Processes;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WriteStream;
  /** Calls `listener` for every SIGINT, SIGTERM and SIGHUP from now on; they no longer end the process. */
  onSignal(listener: (signal: StopSignal) => void): void;
  /** Calls `listener` once: at {@link restoreTerminal}, or when the process exits. SIGKILL skips it. */
  onEnd(listener: () => void): void;
  /** Restores the terminal. Call it before you print final messages. */
  restoreTerminal(): void;
  /** Calls `listener` for uncaught errors, instead of Node's own stack trace and exit. */
  onUncaught(listener: (error: unknown) => void): void;
  /** Redacts these from now on, and deletes variables that contain one, because reports of Node list all variables. */
  registerSecrets(secrets: readonly string[]): void;
  /** Redacts text of any origin, such as a stack trace. */
  readonly redactor: Redactor;
}

/** Variables to keep: `os.tmpdir` reads them at any time. */
const NEEDED_VARIABLES: ReadonlySet<string> = new Set(["TMPDIR", "TMP", "TEMP"]);

/** Returns the current process as a host. Removes the secrets from `process.env`. */
export function currentHost(words: readonly string[]): Host {
  // A closed pipe or terminal must not end a run with calls in flight. Without a listener the error would; the callback
  // of each write still reports it.
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
  // Do this before the settings are read: a crash can happen earlier, and not every command reads them.
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
      // Ctrl-Break: on Windows the only signal that one program can send to another.
      process.on("SIGBREAK", () => listener("SIGINT"));
    },
    onEnd: (listener) => void atEnd.push(listener),
    restoreTerminal,
    onUncaught: (listener) => void process.on("uncaughtException", listener),
    registerSecrets,
    redactor,
  };
}

/** Copies the environment, on Windows with names in upper case: unlike `process.env`, a copy does not ignore case. */
function startingEnvironment(): Record<string, string | undefined> {
  const isWindows = process.platform === "win32";
  return Object.fromEntries(
    Object.entries(process.env).map(([name, value]) => [isWindows ? name.toUpperCase() : name, value]),
  );
}

/** Returns true if the process exists. Signal 0 only checks that; errors other than ESRCH mean that it does. */
function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/**
 * Ends the process. Otherwise open standard input would keep Node waiting.
 *
 * Node restores the settings of terminals when it exits, and aborts if a terminal is gone. So after a SIGHUP this
 * function closes the terminals first. Consoles of Windows have no such settings.
 */
export function endProcess(code: ExitCode): never {
  if (code === EXIT.SIGHUP && process.platform !== "win32") {
    for (const { fd, isTTY } of [process.stdin, process.stdout, process.stderr]) if (isTTY) closeSync(fd);
  }
  process.exit(code);
}

/** Returns the version in package.json, so that it stands in one place. */
export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  // Without zod, which would double the time of --help and --version.
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new TypeError("package.json holds no version");
}
