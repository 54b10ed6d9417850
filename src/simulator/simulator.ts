import { once } from "node:events";
import type { Server } from "node:http";
import { RunError } from "../domain/run-error.ts";
import { type ReceivedAlias, SimulatedAccount } from "./account.ts";
import { Counters, type SimulatorCounters } from "./counters.ts";
import { BUILT_IN_DIRECTORY, type DirectoryContent } from "./directory/directory-file.ts";
import { directoryEndpoints } from "./directory/endpoints.ts";
import { BUILT_IN_FAULTS } from "./faults/built-in-faults.ts";
import type { Fault } from "./faults/fault.ts";
import { FaultScript, GroupFaults, PathFaults } from "./faults/fault-script.ts";
import { createHttpServer, type SimulatorClock } from "./http-server.ts";
import { TOKEN_PATH, Tokens, tokenEndpoint } from "./oauth.ts";
import { BackgroundCalls, type Others, type Quota, QuotaWindow } from "./quota-window.ts";
import { type Latency, latencyDraws } from "./seeded-random.ts";
import { Signatures } from "./signatures.ts";
import { type DueFault, UPDATE_ALIAS_PATH, updateAliasEndpoint } from "./update-alias.ts";

export { SIMULATOR_SETTINGS } from "./account.ts";

export interface SimulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
  /** None where absent: no call is refused, and no answer has `X-RateLimit` headers. */
  readonly quota?: Quota | undefined;
  /** Who else uses the quota; without one this does nothing. */
  readonly others?: Others | undefined;
  /**
   * `X-RateLimit-Reset` tells the window's end so many ms later than it is, or earlier where negative; 0 where
   * absent. Less than 0 is never told.
   */
  readonly windowSkewMs?: number | undefined;
  /** Wait before each answer, in ms; 0 where absent. What a call does is done when it arrives. */
  readonly latencyMs?: Latency | undefined;
  /** Looked at before the built-in faults. Their times count from the start of the simulator. */
  readonly faults?: readonly Fault[] | undefined;
  /** Groups, internal domains and users; a few of its own where absent. */
  readonly directory?: DirectoryContent | undefined;
  /** Aliases that are set from the start, with their primaries. */
  readonly aliases?: Iterable<{ readonly alias: string; readonly primary: string }> | undefined;
  /** How long an access token lasts; 1799 where absent, as Mimecast's do. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Keep every alias set in {@link Simulator.received}; it grows with each. */
  readonly record?: boolean | undefined;
  /** Another number gives other draws of everything that is left to chance; 1 where absent. */
  readonly seed?: number | undefined;
  /** The machine's clocks where absent. Latency and slow answers always take real time. */
  readonly clock?: SimulatorClock | undefined;
}

/** A running simulator of Mimecast, on 127.0.0.1 only. */
export interface Simulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Lower-cased alias to the primary that it belongs to, as last set. Live. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Each alias set, in order; empty unless {@link SimulatorOptions.record}. Live. */
  readonly received: readonly ReceivedAlias[];
  /** Live. */
  readonly counters: SimulatorCounters;
  /** From now on, with a fresh window; undefined lifts the quota. */
  setQuota(quota: Quota | undefined): void;
  /**
   * In place of the faults given before; what was counted for them is forgotten. Their times count from the
   * start of the simulator all the same.
   */
  setFaults(faults: readonly Fault[]): void;
  setLatency(latencyMs: Latency): void;
  /** From now on, within the window as it stands; undefined leaves the quota to the client alone. */
  setOthers(others: Others | undefined): void;
  /** Every access token issued so far is answered `token_expired` from now on. */
  expireTokens(): void;
  /** Breaks every connection and refuses new ones; answers that still wait are not given. */
  disconnect(): Promise<void>;
  /** On the same port as before, with all that the account holds. */
  reconnect(): Promise<void>;
  /** Stops at once: open connections are closed, answers that still wait are not given. */
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** What Mimecast's token endpoint gives. */
const TOKEN_LIFETIME_SECONDS = 1799;

const MACHINE_CLOCKS: SimulatorClock = { nowMs: () => performance.now(), epochMs: () => Date.now() };

/** Resolves when the simulator listens. Throws a {@link RunError} where the port can't be had. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { seed = 1, clock = MACHINE_CLOCKS } = options;
  const otherCalls = (others: Others | undefined) =>
    others === undefined ? undefined : new BackgroundCalls(others, clock.nowMs(), seed);
  let others = otherCalls(options.others);
  const quotaWindow = (quota: Quota | undefined) =>
    quota === undefined ? undefined : new QuotaWindow(quota, others, options.windowSkewMs);
  const account = new SimulatedAccount(options.record ?? false);
  for (const { alias, primary } of options.aliases ?? []) {
    account.setAlias({ alias, aliasFor: primary, atMs: clock.nowMs(), call: 0 });
  }
  const counters = new Counters();
  const tokens = new Tokens(options.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS);
  const startMs = clock.nowMs();
  const builtIn = new FaultScript(BUILT_IN_FAULTS, seed);
  let scripted = new FaultScript(options.faults ?? [], seed);
  let pathFaults = new PathFaults(options.faults ?? [], seed);
  let groupFaults = new GroupFaults(options.faults ?? [], seed);
  const dueFault: DueFault = (item, atMs, rowCount) =>
    scripted.due(item, atMs - startMs, rowCount) ?? builtIn.due(item, atMs - startMs, rowCount);
  const backend = {
    routes: new Map([
      [TOKEN_PATH, tokenEndpoint(tokens, () => counters.issuedToken())],
      [UPDATE_ALIAS_PATH, updateAliasEndpoint(account, dueFault)],
      ...directoryEndpoints(options.directory ?? BUILT_IN_DIRECTORY, account, () => groupFaults, startMs),
    ]),
    pathFault: (path: string, atMs: number) => pathFaults.due(path, atMs - startMs),
    access: { tokens, signatures: new Signatures() },
    counters,
    clock,
    quota: quotaWindow(options.quota),
    nextLatencyMs: latencyDraws(options.latencyMs ?? 0, seed),
  };
  const server = createHttpServer(backend);
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    aliases: account.aliases,
    received: account.received,
    counters,
    setQuota: (quota) => {
      backend.quota = quotaWindow(quota);
    },
    setFaults: (faults) => {
      scripted = new FaultScript(faults, seed);
      pathFaults = new PathFaults(faults, seed);
      groupFaults = new GroupFaults(faults, seed);
    },
    setLatency: (latencyMs) => {
      backend.nextLatencyMs = latencyDraws(latencyMs, seed);
    },
    setOthers: (changed) => {
      others = otherCalls(changed);
      if (backend.quota !== undefined) backend.quota.others = others;
    },
    expireTokens: () => tokens.expireAll(),
    disconnect: () => close(server),
    reconnect: async () => {
      await listen(server, port);
    },
    close: () => close(server),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, "listening");
  } catch (cause) {
    throw cannotListen(port, cause);
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

function cannotListen(port: number, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunError(
    "usage",
    `The simulator can't listen on ${LOOPBACK}, port ${port}: ${reason}. Choose another port, or 0 for any free one.`,
    { cause },
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
