import http from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import net from "node:net";

/** What a request brought. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Loopback {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** How many connections were ever made. */
  connections(): number;
  close(): Promise<void>;
}

type Answering = (request: Received, response: http.ServerResponse) => void;

/** A real HTTP server on this machine that answers as the test says. */
export async function serve(answer: Answering): Promise<Loopback> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
      received.push(one);
      answer(one, response);
    });
  });
  return { ...(await listening(server)), received };
}

/** A server that speaks no HTTP of its own: whatever the test writes. */
export async function serveSockets(console: (socket: Socket) => void): Promise<Omit<Loopback, "received">> {
  const server = net.createServer((socket) => {
    // A client that resets is part of the test.
    socket.on("error", () => socket.destroy());
    console(socket);
  });
  return await listening(server);
}

export async function listening(server: Server, host = "127.0.0.1"): Promise<Omit<Loopback, "received">> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const port = portOf(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string")
    throw new Error("the server does not listen on a port");
  return address.port;
}

export function sendJson(
  response: http.ServerResponse,
  body: unknown,
  status = 200,
  headers: object = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
