import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createHttp, type Http, type HttpResult } from "../../src/mimecast/http.ts";
import type { MimecastSettings } from "../../src/mimecast/settings.ts";
import { type Loopback, sendJson, serve, serveSockets } from "./loopback.ts";
import { settings } from "./parts.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open<Server extends Omit<Loopback, "received">>(server: Server): Server {
  closing.push(() => server.close());
  return server;
}

function client(baseUrl: string, changes: Partial<MimecastSettings> = {}): Http {
  const http = createHttp(settings(baseUrl, changes));
  closing.push(() => http.close());
  return http;
}

function post(http: Http, url: string, signal = new AbortController().signal): Promise<HttpResult> {
  return http.post(new URL(`${url}/api/x`), { "content-type": "application/json" }, '{"data":["ü"]}', signal);
}

/** A server that writes `answer` when a request is there, and then does `after`. */
async function raw(answer: string, after: (socket: Socket) => void = () => undefined) {
  return open(
    await serveSockets((socket) => {
      socket.once("data", () => socket.write(answer, () => after(socket)));
    }),
  );
}

async function freePort(): Promise<number> {
  const server = await serveSockets(() => undefined);
  await server.close();
  return server.port;
}

describe("an answer", () => {
  test("comes with its status, headers and bytes, and the request is sent as given", async () => {
    const server = open(
      await serve((_, response) => sendJson(response, { a: "ü" }, 403, { "x-request-id": "abc" })),
    );
    const outcome = await post(client(server.url), server.url);
    expect(outcome).toMatchObject({ kind: "answered", status: 403, headers: { "x-request-id": "abc" } });
    expect(outcome.kind === "answered" && outcome.body.toString()).toBe('{"a":"ü"}');
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: "POST", path: "/api/x", body: '{"data":["ü"]}' });
    expect(server.received[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "15",
      accept: "application/json",
      "user-agent": "mimecast-bulk/test",
    });
  });

  test("in many pieces is put together", async () => {
    const server = open(
      await serve((_, response) => {
        response.write('{"a":');
        setTimeout(() => response.end("1}"), 20);
      }),
    );
    const outcome = await post(client(server.url), server.url);
    expect(outcome.kind === "answered" && outcome.body.toString()).toBe('{"a":1}');
  });

  test.each([200, 204, 304, 400])("is complete without a body under HTTP %i", async (status) => {
    const server = open(await serve((_, response) => response.writeHead(status).end()));
    const outcome = await post(client(server.url), server.url);
    expect(outcome).toMatchObject({ kind: "answered", status });
    expect(outcome.kind === "answered" && outcome.body).toHaveLength(0);
  });

  test("is asked for without compression, and unpacked where it comes compressed", async () => {
    const server = open(
      await serve((_, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"a":1}')),
      ),
    );
    const outcome = await post(client(server.url), server.url);
    expect(server.received[0]?.headers).toMatchObject({ "accept-encoding": "identity" });
    expect(outcome.kind === "answered" && outcome.body.toString()).toBe('{"a":1}');
  });

  test("is rejected if it is longer than 10 MB when decoded, whatever its status", async () => {
    const bomb = gzipSync(Buffer.alloc(11 * 1024 * 1024, "x"));
    const server = open(
      await serve((_, response) => response.writeHead(503, { "content-encoding": "gzip" }).end(bomb)),
    );
    expect(await post(client(server.url), server.url)).toMatchObject({
      kind: "lost",
      code: "invalid_response",
      message: "the answer is longer than 10 MB; the rest was not read",
    });
  });

  test.each([
    [
      200,
      {
        kind: "lost",
        code: "invalid_response",
        message: "the answer is encoded with gzip, but can't be decoded",
      },
    ],
    [503, { kind: "answered", status: 503, body: Buffer.alloc(0) }],
  ])("keeps only its status if it can't be decoded: %i", async (status, outcome) => {
    const server = open(
      await serve((_, response) =>
        response.writeHead(status, { "content-encoding": "gzip" }).end("\x1f\x8bno"),
      ),
    );
    expect(await post(client(server.url), server.url)).toMatchObject(outcome);
  });

  test("is not followed if it is a redirect", async () => {
    const server = open(
      await serve((_, response) => response.writeHead(302, { location: "/elsewhere" }).end()),
    );
    expect(await post(client(server.url), server.url)).toMatchObject({ kind: "answered", status: 302 });
    expect(server.received).toHaveLength(1);
  });

  test.each([429, 500, 503])("is not retried if it is HTTP %i", async (status) => {
    const server = open(
      await serve((_, response) => response.writeHead(status, { "retry-after": "0" }).end("x")),
    );
    expect(await post(client(server.url), server.url)).toMatchObject({ kind: "answered", status });
    expect(server.received).toHaveLength(1);
  });

  test("is not read to its end if it is longer than 10 MB", async () => {
    let writtenBytes = 0;
    const piece = Buffer.alloc(1024 * 1024, "x");
    const server = open(
      await serve((_, response) => {
        const write = () => {
          if (response.destroyed) return;
          writtenBytes += piece.length;
          response.write(piece, () => setImmediate(write));
        };
        write();
      }),
    );
    expect(await post(client(server.url), server.url)).toMatchObject({
      kind: "lost",
      code: "invalid_response",
      message: expect.stringContaining("10 MB"),
    });
    expect(writtenBytes).toBeLessThan(40 * piece.length);
  });

  test("is read if it has almost 10 MB", async () => {
    const server = open(await serve((_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, "x"))));
    const outcome = await post(client(server.url), server.url);
    expect(outcome.kind === "answered" && outcome.body.length).toBe(10 * 1024 * 1024);
  });
});

describe("a request is lost, for it may have been executed", () => {
  const HEAD = "HTTP/1.1 200 OK\r\n";
  test.each([
    ["cut off before its length", `${HEAD}content-length: 100\r\n\r\n{"fail":[]`, "connection_lost"],
    ["cut off between two chunks", `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, "connection_lost"],
    ["cut off in its headers", `${HEAD}content-le`, "connection_lost"],
    ["that is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "invalid_response"],
    ["with headers without end", `${HEAD}x: ${"y".repeat(100_000)}\r\n\r\n`, "invalid_response"],
  ])("with an answer %s", async (_title, answer, code) => {
    const server = await raw(answer, (socket) => socket.end());
    expect(await post(client(server.url), server.url)).toMatchObject({ kind: "lost", code });
  });

  test("when the connection is reset before a byte of the answer", async () => {
    const server = open(await serveSockets((socket) => socket.once("data", () => socket.resetAndDestroy())));
    expect(await post(client(server.url), server.url)).toMatchObject({
      kind: "lost",
      code: "connection_lost",
    });
  });

  test("when a kept connection is reset as it is used again", async () => {
    const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    const server = open(
      await serveSockets((socket) => {
        socket.once("data", () => {
          socket.once("data", () => socket.resetAndDestroy());
          socket.write(answer);
        });
      }),
    );
    const http = client(server.url);
    expect(await post(http, server.url)).toMatchObject({ kind: "answered" });
    expect(await post(http, server.url)).toMatchObject({ kind: "lost", code: "connection_lost" });
    expect(server.connections()).toBe(1);
  });

  test("when no answer comes in time", async () => {
    const server = open(await serve(() => undefined));
    const outcome = await post(client(server.url, { timeoutMs: 400 }), server.url);
    expect(outcome).toEqual({ kind: "lost", code: "timeout", message: "no complete answer within 0.4 s" });
  });

  test("when an answer has begun and does not end in time", async () => {
    const server = await raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
    expect(await post(client(server.url, { timeoutMs: 400 }), server.url)).toMatchObject({
      kind: "lost",
      code: "timeout",
    });
  });

  test("when it is abandoned while its answer is awaited, which ends the connection", async () => {
    const abandon = new AbortController();
    let socketClosed: Promise<unknown> | undefined;
    const server = open(
      await serveSockets((socket) => {
        socketClosed = new Promise((resolve) => socket.once("close", resolve));
        socket.once("data", () => abandon.abort());
      }),
    );
    expect(await post(client(server.url), server.url, abandon.signal)).toMatchObject({
      kind: "lost",
      code: "interrupted",
    });
    await socketClosed;
  });

  test("when the client is closed meanwhile", async () => {
    const http = createHttp(settings("http://127.0.0.1:1"));
    const server = open(await serveSockets((socket) => socket.once("data", () => http.close())));
    expect(await post(http, server.url)).toMatchObject({ kind: "lost", code: "connection_lost" });
  });
});

describe("a request was certainly never executed", () => {
  test("when the connection is refused", async () => {
    const port = await freePort();
    const outcome = await post(client(`http://127.0.0.1:${port}`), `http://127.0.0.1:${port}`);
    expect(outcome).toMatchObject({ kind: "not-executed", code: "connection_refused" });
    expect(outcome.kind === "not-executed" && outcome.message).toContain("ECONNREFUSED");
  });

  test("when all addresses of a name refuse", async () => {
    const url = `http://localhost:${await freePort()}`;
    expect(await post(client(url), url)).toMatchObject({
      kind: "not-executed",
      code: "connection_refused",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("when the host's name is not found", async () => {
    const url = "https://no-such-host.invalid";
    expect(await post(client(url), url)).toMatchObject({ kind: "not-executed", code: "host_not_found" });
  });

  test("when the server speaks no TLS", async () => {
    const server = open(await serve((_, response) => response.end()));
    const url = `https://127.0.0.1:${server.port}`;
    expect(await post(client(url), url)).toMatchObject({ kind: "not-executed", code: "tls_failed" });
    expect(server.received).toHaveLength(0);
  });

  test("when the connection ends within the handshake", async () => {
    const server = open(await serveSockets((socket) => socket.once("data", () => socket.end())));
    const url = `https://127.0.0.1:${server.port}`;
    expect(await post(client(url), url)).toMatchObject({ kind: "not-executed", code: "connection_refused" });
  });

  test("when the handshake does not end in time", async () => {
    const server = open(await serveSockets(() => undefined));
    const url = `https://127.0.0.1:${server.port}`;
    expect(await post(client(url, { timeoutMs: 100 }), url)).toMatchObject({
      kind: "not-executed",
      code: "connection_refused",
      message: "no connection within 0.1 s",
    });
  });

  test("when it still waits for a connection as its time ends", async () => {
    const server = open(await serve(() => undefined));
    const http = client(server.url, { timeoutMs: 600, connections: 1 });
    const outcomes = await Promise.all([post(http, server.url), post(http, server.url)]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["lost", "not-executed"]);
    expect(server.received).toHaveLength(1);
  });

  test("when it is abandoned before it is sent", async () => {
    const server = open(await serve((_, response) => response.end()));
    expect(await post(client(server.url), server.url, AbortSignal.abort())).toMatchObject({
      kind: "not-executed",
      code: "interrupted",
    });
    expect(server.received).toHaveLength(0);
  });

  test("when a header can't be sent", async () => {
    const server = open(await serve((_, response) => response.end()));
    const http = client(server.url);
    const headers = { authorization: "Bearer a\nb" };
    const outcome = await http.post(new URL(server.url), headers, "{}", new AbortController().signal);
    expect(outcome).toMatchObject({ kind: "not-executed" });
    expect(server.received).toHaveLength(0);
  });
});

describe("connections", () => {
  test("are kept, and never more than allowed", async () => {
    const server = open(await serve((_, response) => setTimeout(() => response.end("{}"), 5)));
    const http = client(server.url, { connections: 3 });
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 6 }, () => post(http, server.url)));
    }
    expect(server.received).toHaveLength(24);
    expect(server.connections()).toBe(3);
  });

  test("are not used again where the server announces to close them within a second", async () => {
    const server = open(
      await serve((_, response) => response.writeHead(200, { "keep-alive": "timeout=1" }).end("{}")),
    );
    const http = client(server.url);
    await post(http, server.url);
    await post(http, server.url);
    expect(server.connections()).toBe(2);
  });

  test("end when idle, before the server announces to close them", async () => {
    let closed: Promise<unknown> | undefined;
    const server = open(
      await serveSockets((socket) => {
        closed = new Promise((resolve) => socket.once("close", resolve));
        socket.once("data", () => {
          socket.write("HTTP/1.1 200 OK\r\nkeep-alive: timeout=2\r\ncontent-length: 0\r\n\r\n");
        });
      }),
    );
    expect(await post(client(server.url), server.url)).toMatchObject({ kind: "answered" });
    await closed;
  });

  test("end when the client is closed", async () => {
    let closed: Promise<unknown> | undefined;
    const server = open(
      await serveSockets((socket) => {
        closed = new Promise((resolve) => socket.once("close", resolve));
        socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
      }),
    );
    const http = createHttp(settings(server.url));
    await post(http, server.url);
    http.close();
    await closed;
  });

  test("leave no warning for a hundred calls with one signal", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const server = open(await serve((_, response) => response.end("{}")));
    const http = client(server.url, { connections: 100 });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => post(http, server.url, signal)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

test("an address of this machine is never reached through a proxy", async () => {
  const proxy = open(await serveSockets(() => undefined));
  const server = open(await serve((_, response) => response.end("{}")));
  const http = client(server.url, { proxyFor: () => proxy.url });
  expect(await post(http, server.url)).toMatchObject({ kind: "answered" });
  expect(proxy.connections()).toBe(0);
});
