import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { CLI, type CliSurroundings, cliEnv } from "./run-cli.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Node has no pseudo-terminals of its own. */
export const HAS_TERMINAL = process.platform !== "win32" && spawnSync("python3", ["--version"]).status === 0;

/** Runs its arguments from the second on with a terminal of so many columns, and prints all that came there. */
const ON_A_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
try:
    while piece := os.read(terminal, 65536):
        os.write(1, piece)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

export interface TerminalEnd {
  readonly code: number;
  /** All that was written to the terminal, control sequences included. */
  readonly text: string;
}

/** Runs the built program to its end with a terminal for standard input, output and error. */
export async function onTerminal(
  words: readonly string[],
  surroundings: Pick<CliSurroundings, "cwd" | "env"> & { readonly columns?: number } = {},
): Promise<TerminalEnd> {
  const { cwd = temporaryFolder(), env, columns = 120 } = surroundings;
  const host = [process.execPath, CLI, ...words];
  const run = promisify(execFile)("python3", ["-c", ON_A_TERMINAL, String(columns), ...host], {
    cwd,
    env: cliEnv(env),
  });
  const { code, stdout } = await run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => ended(error),
  );
  return { code, text: stdout.replaceAll("\r\n", "\n") };
}

/** A run that ended with another code than 0 is no fault of the test. */
function ended(error: unknown): { code: number; stdout: string } {
  if (error instanceof Error && "code" in error && "stdout" in error && typeof error.code === "number")
    return { code: error.code, stdout: String(error.stdout) };
  throw error;
}
