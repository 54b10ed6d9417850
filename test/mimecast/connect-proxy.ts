import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";
import { type Loopback, listening } from "./loopback.ts";

export interface ConnectProxy extends Omit<Loopback, "received"> {
  /** The targets asked for, and what came with each. */
  readonly connects: { readonly target: string; readonly headers: http.IncomingHttpHeaders }[];
  /** Every byte that went through, in both directions. */
  passed(): string;
}

interface ProxyOptions {
  readonly status?: number;
  readonly host?: "127.0.0.1" | "::1";
  /** The certificate and its key of an `https:` proxy. */
  readonly tls?: https.ServerOptions;
}

/** A proxy that makes tunnels to one port of this machine, whatever host is asked for, or answers otherwise. */
export async function connectProxy(
  targetPort: number,
  { status = 200, host, tls }: ProxyOptions = {},
): Promise<ConnectProxy> {
  const connects: { target: string; headers: http.IncomingHttpHeaders }[] = [];
  const passed: Buffer[] = [];
  const refuse: http.RequestListener = (_, response) => void response.writeHead(501).end();
  const server = tls === undefined ? http.createServer(refuse) : https.createServer(tls, refuse);
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    connects.push({ target: request.url ?? "", headers: request.headers });
    client.on("error", () => client.destroy());
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const target = net.connect(targetPort, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    target.on("error", () => client.destroy());
    for (const socket of [client, target]) socket.on("data", (bytes: Buffer) => passed.push(bytes));
    client.pipe(target).pipe(client);
    target.on("close", () => client.destroy());
    client.on("close", () => target.destroy());
  });
  return {
    ...(await listening(server, host)),
    connects,
    passed: () => Buffer.concat(passed).toString("latin1"),
  };
}
