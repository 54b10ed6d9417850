import { readFileSync } from "node:fs";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { RunError } from "../domain/run-error.ts";
import { parseDirectory } from "../simulator/directory/directory-file.ts";
import { parseFaults } from "../simulator/faults/fault.ts";
import { type Latency, spanMs } from "../simulator/seeded-random.ts";
import { SIMULATOR_SETTINGS, type Simulator, startSimulator } from "../simulator/simulator.ts";
import type { Host } from "./host.ts";

/** Options of `simulate`, as typed. */
export interface SimulateFlags {
  readonly port: string;
  readonly quota?: string;
  readonly backgroundCalls?: string;
  readonly skew?: string;
  readonly latency?: string;
  readonly groups?: string;
  readonly faults?: string;
  readonly seed?: string;
}

const MAX_PORT = 65_535;

/** Runs `mimecast-bulk simulate`: serves until a signal. Throws a RunError for an error that the user can fix. */
export async function simulateCommand(flags: SimulateFlags, host: Host): Promise<ExitCode> {
  const simulator = await startSimulator({
    port: parsePort(flags.port),
    quota: flags.quota === undefined ? undefined : parseQuota(flags.quota),
    others: flags.backgroundCalls === undefined ? undefined : parseBackgroundCalls(flags.backgroundCalls),
    windowSkewMs: flags.skew === undefined ? undefined : parseSkew(flags.skew),
    latencyMs: flags.latency === undefined ? undefined : parseLatency(flags.latency),
    directory: flags.groups === undefined ? undefined : readFile("--groups", flags.groups, parseDirectory),
    faults: flags.faults === undefined ? undefined : readFile("--faults", flags.faults, parseFaults),
    seed: flags.seed === undefined ? undefined : parseSeed(flags.seed),
  });
  const ended = new Promise<ExitCode>((resolve) => {
    host.onSignal((signal) => resolve(EXIT[signal]));
  });
  host.stdout.write(settingsText(simulator));
  const exitCode = await ended;
  await simulator.close();
  const { calls, answered429 } = simulator.counters;
  host.stderr.write(
    `${simulator.aliases.size} aliases are set, by ${calls} calls; ${answered429} more were answered 429\n`,
  );
  return exitCode;
}

/** Formats the settings as lines for a `.env` file or a shell. */
function settingsText(simulator: Simulator): string {
  const { clientId, clientSecret, appId, appKey, accessKey, secretKey } = SIMULATOR_SETTINGS;
  return `# A simulated Mimecast listens until Ctrl-C. Settings to use with it, for API 2.0:
MIMECAST_BASE_URL=${simulator.url}
MIMECAST_CLIENT_ID=${clientId}
MIMECAST_CLIENT_SECRET=${clientSecret}

# Or, for API 1.0:
# MIMECAST_BASE_URL=${simulator.url}
# MIMECAST_APP_ID=${appId}
# MIMECAST_APP_KEY=${appKey}
# MIMECAST_ACCESS_KEY=${accessKey}
# MIMECAST_SECRET_KEY=${secretKey}
`;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new RunError(
    "usage",
    `--port: expected a number from 0 (any free one) to ${MAX_PORT}, got '${text}'`,
  );
}

function parseQuota(text: string) {
  const { calls, spanMs: windowMs } = parseCallsInTime("--quota", text, "800/5s");
  return { calls, windowMs };
}

function parseBackgroundCalls(text: string) {
  const { calls, spanMs: everyMs } = parseCallsInTime("--background-calls", text, "300/5s");
  return { calls, everyMs };
}

function parseCallsInTime(option: string, text: string, example: string) {
  const [, calls, span] = /^([1-9]\d{0,8})\/(.+)$/.exec(text) ?? [];
  const ms = span === undefined ? undefined : spanMs(span);
  if (calls !== undefined && ms !== undefined && ms > 0) return { calls: Number(calls), spanMs: ms };
  throw new RunError("usage", `${option}: expected calls and a time, such as ${example}, got '${text}'`);
}

function parseSkew(text: string): number {
  const ms = spanMs(text.replace(/^-/, ""));
  if (ms !== undefined) return text.startsWith("-") ? -ms : ms;
  throw new RunError("usage", `--skew: expected a time, such as 40ms or -40ms, got '${text}'`);
}

function parseLatency(text: string): Latency {
  const [from = "", to = from, ...more] = text.split("-");
  const [fromMs, toMs] = [spanMs(from), spanMs(to)];
  if (fromMs !== undefined && toMs !== undefined && fromMs <= toMs && more.length === 0)
    return fromMs === toMs ? fromMs : { fromMs, toMs };
  throw new RunError(
    "usage",
    `--latency: expected a time or a spread, such as 200ms or 150ms-250ms, got '${text}'`,
  );
}

function parseSeed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RunError("usage", `--seed: expected a whole number of up to nine digits, got '${text}'`);
}

function readFile<T>(option: string, path: string, parse: (text: string, path: string) => T): T {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunError("input-not-found", `${option}: ${path} can't be read (${reason})`, { cause });
  }
  return parse(text, path);
}
