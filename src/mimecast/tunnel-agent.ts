import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { proxyAuthorization } from "./proxy.ts";

/**
 * An agent that reaches `https:` hosts through a proxy's tunnels (CONNECT: RFC 9110, 9.3.6), and keeps them open for
 * further requests. The `ca` of the options also applies to the connection to an `https:` proxy.
 */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** Opens a tunnel and passes its socket to the callback. `timeout` bounds the wait for the proxy's answer. */
  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const request = this.#connectRequest(options);
    // Node's agent ignores the socket if there is an error.
    const fail = (error: Error): void => callback?.(error, Duplex.from([]));
    request.once("connect", (response, socket) => {
      request.removeAllListeners();
      socket.removeAllListeners();
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(new Error(`Bad response: ${response.statusCode}`));
        return;
      }
      const withinTunnel = { ...options, socket };
      const secure = super.createConnection(withinTunnel);
      if (secure) callback?.(null, secure);
    });
    request.once("timeout", () => request.destroy(new Error("Proxy timeout")));
    request.once("error", (error) => {
      request.removeAllListeners();
      fail(error);
    });
    request.end();
  }

  #connectRequest({ host, port, timeout = 0 }: https.RequestOptions): http.ClientRequest {
    const target = `${isIP(host ?? "") === 6 ? `[${host}]` : host}:${port}`;
    const authorization = proxyAuthorization(this.#proxy);
    const { hostname, port: proxyPort, protocol } = this.#proxy;
    const request = {
      method: "CONNECT",
      host: hostname.replace(/^\[|\]$/g, ""),
      port: proxyPort,
      path: target,
      setHost: false,
      headers: {
        host: target,
        connection: "keep-alive",
        ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
      },
      agent: false,
      timeout,
    };
    return protocol === "http:" ? http.request(request) : https.request({ ...request, ca: this.options.ca });
  }
}
