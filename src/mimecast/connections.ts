import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { rootCertificates } from "node:tls";
import { chosenProxy } from "./proxy.ts";
import type { MimecastSettings } from "./settings.ts";
import { TunnelAgent } from "./tunnel-agent.ts";

/** The connections to the one host, and what is known about each. */
export interface Connections {
  readonly agents: { readonly http?: http.Agent; readonly https?: https.Agent };
  /**
   * Whether the socket ever was ready to carry a request: connected, and with `https:` its handshake done and
   * the certificate accepted. A request whose socket never was has certainly not been executed.
   */
  wasConnected(socket: object | undefined): boolean;
  /** Ends all connections, those in use included. */
  destroy(): void;
}

/**
 * How long an unused connection is kept. Servers close theirs after 5 s (Node's own default) or more; a
 * request that meets such a closing is lost without an answer, so ours are closed before that. Node takes a
 * server's shorter `Keep-Alive: timeout=` into account only where an agent has a time-out of its own.
 */
const IDLE_CONNECTION_MS = 4_000;

type Settings = Pick<MimecastSettings, "baseUrl" | "proxyFor" | "connections" | "timeoutMs" | "extraCa">;

/** Keep-alive agents, through a proxy where there is one. */
export function openConnections(settings: Settings): Connections {
  const options = { keepAlive: true, maxSockets: settings.connections, timeout: IDLE_CONNECTION_MS };
  const ready = new WeakSet<object>();
  const wasReady = (socket: object | undefined) => socket !== undefined && ready.has(socket);
  if (new URL(settings.baseUrl).protocol === "http:") {
    const agent = new http.Agent(options);
    watch(agent, "connect", ready, settings.timeoutMs);
    return { agents: { http: agent }, wasConnected: wasReady, destroy: () => agent.destroy() };
  }
  const proxy = chosenProxy(settings);
  const { extraCa } = settings;
  const secure = extraCa === undefined ? options : { ...options, ca: [...rootCertificates, extraCa] };
  const agent = proxy === undefined ? new https.Agent(secure) : new TunnelAgent(proxy, secure);
  watch(agent, "secureConnect", ready, settings.timeoutMs, proxy);
  return { agents: { https: agent }, wasConnected: wasReady, destroy: () => agent.destroy() };
}

/** Notes the sockets of an agent as they become ready. A proxy's socket comes by callback, others as result. */
function watch(
  agent: http.Agent,
  event: string,
  ready: WeakSet<object>,
  timeoutMs: number,
  proxy?: URL,
): void {
  const create = agent.createConnection.bind(agent);
  const note = (socket: Duplex) => socket.once(event, () => ready.add(socket));
  agent.createConnection = (options, callback) => {
    // The time-out is the tunnel's bound for the proxy's answer to CONNECT; the agent sets the idle one later.
    const socket = create({ ...options, timeout: timeoutMs }, (error, late) => {
      if (late) note(late);
      // Else "Bad response: 407" would seem to be Mimecast's.
      if (error && proxy) error.message = `the proxy ${proxy.host} made no tunnel: ${error.message}`;
      callback?.(error, late);
    });
    if (socket) note(socket);
    return socket;
  };
}
