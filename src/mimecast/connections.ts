import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { rootCertificates } from "node:tls";
import { chosenProxy } from "./proxy.ts";
import type { MimecastSettings } from "./settings.ts";
import { TunnelAgent } from "./tunnel-agent.ts";

/** The connections to the API host. */
export interface Connections {
  readonly agents: { readonly http?: http.Agent; readonly https?: https.Agent };
  /**
   * Returns true if the socket was ever ready to carry a request: connected and, with `https:`, its handshake done
   * and the certificate accepted. Otherwise its request was certainly not executed.
   */
  wasConnected(socket: object | undefined): boolean;
  /** Ends all connections, those in use included. */
  destroy(): void;
}

/**
 * Time after which an idle connection is closed. Servers close theirs after 5 s (Node's default) or more, and a
 * request that is sent at that moment is lost without a response, so this side closes first. Node honours a server's
 * shorter `Keep-Alive: timeout=` only if the agent has a time-out of its own.
 */
const IDLE_CONNECTION_MS = 4_000;

type Settings = Pick<MimecastSettings, "baseUrl" | "proxyFor" | "connections" | "timeoutMs" | "extraCa">;

/** Creates keep-alive agents, through the proxy if one is configured. */
export function openConnections(settings: Settings): Connections {
  const options = { keepAlive: true, maxSockets: settings.connections, timeout: IDLE_CONNECTION_MS };
  const ready = new WeakSet<object>();
  const wasConnected = (socket: object | undefined) => socket !== undefined && ready.has(socket);
  if (new URL(settings.baseUrl).protocol === "http:") {
    const agent = new http.Agent(options);
    trackConnected(agent, "connect", ready, settings.timeoutMs);
    return { agents: { http: agent }, wasConnected, destroy: () => agent.destroy() };
  }
  const proxy = chosenProxy(settings);
  const { extraCa } = settings;
  const secure = extraCa === undefined ? options : { ...options, ca: [...rootCertificates, extraCa] };
  const agent = proxy === undefined ? new https.Agent(secure) : new TunnelAgent(proxy, secure);
  trackConnected(agent, "secureConnect", ready, settings.timeoutMs, proxy);
  return { agents: { https: agent }, wasConnected, destroy: () => agent.destroy() };
}

/** Records the sockets of an agent as they become ready. With a proxy the socket arrives by callback, otherwise as the return value. */
function trackConnected(
  agent: http.Agent,
  event: string,
  ready: WeakSet<object>,
  timeoutMs: number,
  proxy?: URL,
): void {
  const create = agent.createConnection.bind(agent);
  const track = (socket: Duplex) => socket.once(event, () => ready.add(socket));
  agent.createConnection = (options, callback) => {
    // This time-out bounds the proxy's answer to CONNECT. The agent sets the idle time-out later.
    const socket = create({ ...options, timeout: timeoutMs }, (error, late) => {
      if (late) track(late);
      // Otherwise "Bad response: 407" would look like Mimecast's own answer.
      if (error && proxy) error.message = `the proxy ${proxy.host} did not open a tunnel: ${error.message}`;
      callback?.(error, late);
    });
    if (socket) track(socket);
    return socket;
  };
}
