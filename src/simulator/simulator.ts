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
  /** 0, the default, uses any free port. */
  readonly port?: number | undefined;
  /** If absent, no call is refused and no answer has `X-RateLimit` headers. */
  readonly quota?: Quota | undefined;
  /** Other clients of the quota; no effect without a quota. */
  readonly others?: Others | undefined;
  /**
   * Ms by which `X-RateLimit-Reset` is too late, or too early if negative; 0 if absent. The header is never
   * below 0.
   */
  readonly windowSkewMs?: number | undefined;
  /** Wait before each answer, in ms; 0 if absent. A call takes effect when it arrives. */
  readonly latencyMs?: Latency | undefined;
  /** Faults that take precedence over the built-in ones. Their times count from the start of the simulator. */
  readonly faults?: readonly Fault[] | undefined;
  /** Groups, internal domains and users; a built-in set if absent. */
  readonly directory?: DirectoryContent | undefined;
  /** Aliases that the account has from the start, with their primaries. */
  readonly aliases?: Iterable<{ readonly alias: string; readonly primary: string }> | undefined;
  /** Lifetime of an access token; 1799 if absent, as at Mimecast. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Keeps every alias set in {@link Simulator.received}, whose memory grows with each. */
  readonly record?: boolean | undefined;
  /** Seed of all random draws; 1 if absent. */
  readonly seed?: number | undefined;
  /** The machine's clocks if absent. Latency and slow answers always take real time. */
  readonly clock?: SimulatorClock | undefined;
}

/** A running simulator of Mimecast, on 127.0.0.1 only. */
export interface Simulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Live map from each lower-cased alias to its primary, as last set. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Live list of all aliases set, in order; empty without {@link SimulatorOptions.record}. */
  readonly received: readonly ReceivedAlias[];
  /** Live counts. */
  readonly counters: SimulatorCounters;
  /** Changes the quota and begins a new window; undefined removes the quota. */
  setQuota(quota: Quota | undefined): void;
  /**
   * Replaces the given faults and resets their counts. Their times still count from the start of the simulator.
   */
  setFaults(faults: readonly Fault[]): void;
  setLatency(latencyMs: Latency): void;
  /** Changes the background calls within the present window; undefined removes them. */
  setOthers(others: Others | undefined): void;
  /** Expires every access token issued so far: the answer to them is `token_expired`. */
  expireTokens(): void;
  /** Closes every connection and refuses new ones; delayed answers are not sent. */
  disconnect(): Promise<void>;
  /** Listens on the same port again; the account keeps its content. */
  reconnect(): Promise<void>;
  /** Stops immediately: closes open connections; delayed answers are not sent. */
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** Lifetime that Mimecast's token endpoint reports. */
const TOKEN_LIFETIME_SECONDS = 1799;

const MACHINE_CLOCKS: SimulatorClock = { nowMs: () => performance.now(), epochMs: () => Date.now() };

/** Starts a simulator; resolves when it listens. Throws a {@link RunError} if it can't listen on the port. */
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
