import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import { connectProxy } from "./connect-proxy.ts";
import { type Loopback, listening, sendJson, serveSockets } from "./loopback.ts";
import { APPLIED, control, PAIR, settings, testClock } from "./parts.ts";

const CERTIFICATE = file("test-only-certificate.pem");
// Written out, so that tools see that the file is used.
const CHILD = fileURLToPath(new URL("./tls/calls.mjs", import.meta.url));
/** A name that is no loopback address, so that a proxy is used; the proxy knows where it is. */
const REMOTE = "https://api.mimecast.test";

const NO_PROXY_SET = {
  HTTPS_PROXY: "",
  https_proxy: "",
  ALL_PROXY: "",
  all_proxy: "",
  NO_PROXY: "",
  no_proxy: "",
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let server: Omit<Loopback, "received">;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  answer = (_, response) => sendJson(response, APPLIED);
  const options = { key: readFileSync(file("test-only-key.pem")), cert: readFileSync(CERTIFICATE) };
  const secure = https.createServer(options, (request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.url !== "/oauth/token") answer(request, response);
      else sendJson(response, { access_token: "token-1", expires_in: 1799 });
    });
  });
  server = await listening(secure);
  closing.push(() => server.close());
});

function file(name: string): string {
  return fileURLToPath(new URL(`tls/${name}`, import.meta.url));
}

/** Makes calls in a process of its own, and tells how each ended. */
async function calls(baseUrl: string, count: number, environment: Record<string, string>): Promise<string[]> {
  const env = { ...process.env, ...NO_PROXY_SET, NODE_EXTRA_CA_CERTS: CERTIFICATE, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, baseUrl, String(count)], { env });
  return stdout.trim().split(/ *\n/);
}

async function open<Server extends { close(): Promise<void> }>(opening: Promise<Server>): Promise<Server> {
  const opened = await opening;
  closing.push(() => opened.close());
  return opened;
}

describe("over TLS", () => {
  test("NODE_EXTRA_CA_CERTS is obeyed, and the connection kept", async () => {
    expect(await calls(`https://localhost:${server.port}`, 3, {})).toEqual(["applied", "applied", "applied"]);
    expect(server.connections()).toBe(1);
  });

  test("rejects a certificate from an unknown authority, and sends nothing", async () => {
    let requests = 0;
    answer = () => {
      requests += 1;
    };
    const client = createMimecastClient(settings(`https://localhost:${server.port}`), {
      clock: testClock(),
      randomUuid: () => "id",
    });
    const exchange = await client.updateAliases([PAIR], control());
    expect(exchange.results[0]).toMatchObject({ kind: "not-executed", failure: { code: "tls_failed" } });
    expect(requests).toBe(0);
  });

  test("an authority that the settings name is trusted, directly, through a proxy and at an https: proxy", async () => {
    const extraCa = readFileSync(CERTIFICATE, "utf8");
    const proxy = await open(connectProxy(server.port));
    const tls = { key: readFileSync(file("test-only-key.pem")), cert: readFileSync(CERTIFICATE) };
    const secureProxy = await open(connectProxy(server.port, { tls }));
    for (const [baseUrl, proxyUrl] of [
      [`https://localhost:${server.port}`, ""],
      [REMOTE, proxy.url],
      [REMOTE, `https://localhost:${secureProxy.port}`],
    ] as const) {
      const trusting = settings(baseUrl, { extraCa, proxyFor: () => proxyUrl });
      const client = createMimecastClient(trusting, { clock: testClock(), randomUuid: () => "id" });
      closing.push(() => client.close());
      expect((await client.updateAliases([PAIR], control())).results[0]).toEqual({ kind: "applied" });
    }
  });

  test("a connection that breaks after the request is lost", async () => {
    answer = (request) => request.socket.destroy();
    expect(await calls(`https://localhost:${server.port}`, 1, {})).toEqual(["indeterminate connection_lost"]);
  });
});

describe("through HTTPS_PROXY", () => {
  test("calls share a tunnel, and the proxy reads nothing of them", async () => {
    const proxy = await open(connectProxy(server.port));
    const environment = { HTTPS_PROXY: `http://ann:p%40ss@127.0.0.1:${proxy.port}` };
    expect(await calls(REMOTE, 3, environment)).toEqual(["applied", "applied", "applied"]);
    expect(proxy.connects).toHaveLength(1);
    const credentials = `Basic ${Buffer.from("ann:p@ss").toString("base64")}`;
    expect(proxy.connects[0]).toMatchObject({
      target: "api.mimecast.test:443",
      headers: { "proxy-authorization": credentials },
    });
    expect(proxy.connects[0]?.headers).not.toHaveProperty("authorization");
    expect(proxy.passed()).not.toMatch(/token-1|update-alias|ann@/);
  });

  test("a % in a password that begins no escape is sent as it is", async () => {
    const proxy = await open(connectProxy(server.port));
    expect(await calls(REMOTE, 1, { HTTPS_PROXY: `http://ann:100%@127.0.0.1:${proxy.port}` })).toEqual([
      "applied",
    ]);
    const credentials = `Basic ${Buffer.from("ann:100%").toString("base64")}`;
    expect(proxy.connects[0]?.headers).toMatchObject({ "proxy-authorization": credentials });
  });

  test("a proxy is reached by its IPv6 address", async () => {
    const proxy = await open(connectProxy(server.port, { host: "::1" }));
    expect(await calls(REMOTE, 1, { HTTPS_PROXY: `http://[::1]:${proxy.port}` })).toEqual(["applied"]);
    expect(proxy.connects).toHaveLength(1);
  });

  test.each(["localhost", "127.0.0.1"])(
    "an https: proxy is reached as %s, without a warning",
    async (host) => {
      const tls = { key: readFileSync(file("test-only-key.pem")), cert: readFileSync(CERTIFICATE) };
      const proxy = await open(connectProxy(server.port, { tls }));
      const environment = {
        HTTPS_PROXY: `https://${host}:${proxy.port}`,
        NODE_OPTIONS: "--throw-deprecation",
      };
      expect(await calls(REMOTE, 1, environment)).toEqual(["applied"]);
      expect(proxy.connects).toHaveLength(1);
    },
  );

  test("treats a proxy without a scheme as http:", async () => {
    const proxy = await open(connectProxy(server.port));
    expect(await calls(REMOTE, 1, { https_proxy: `127.0.0.1:${proxy.port}` })).toEqual(["applied"]);
  });

  test("a host in NO_PROXY is reached directly", async () => {
    const proxy = await open(connectProxy(server.port));
    const environment = { HTTPS_PROXY: proxy.url, NO_PROXY: "mimecast.example,.mimecast.test" };
    expect(await calls(REMOTE, 1, environment)).toEqual(["not-executed host_not_found"]);
    expect(proxy.connects).toHaveLength(0);
  });

  test("an address of this machine is reached directly", async () => {
    const proxy = await open(connectProxy(server.port));
    expect(await calls(`https://localhost:${server.port}`, 1, { HTTPS_PROXY: proxy.url })).toEqual([
      "applied",
    ]);
    expect(proxy.connects).toHaveLength(0);
  });

  test("a connection that breaks after the request is lost", async () => {
    answer = (request) => request.socket.destroy();
    const proxy = await open(connectProxy(server.port));
    expect(await calls(REMOTE, 1, { HTTPS_PROXY: proxy.url })).toEqual(["indeterminate connection_lost"]);
  });

  test("rejects a certificate for another name, and sends nothing", async () => {
    let requests = 0;
    answer = () => {
      requests += 1;
    };
    const proxy = await open(connectProxy(server.port));
    const environment = { HTTPS_PROXY: proxy.url };
    expect(await calls("https://other.mimecast.test", 1, environment)).toEqual(["not-executed tls_failed"]);
    expect(requests).toBe(0);
  });

  test("a tunnel that breaks within the handshake leaves the row as it was", async () => {
    const breaking = await open(serveSockets((socket) => socket.once("data", () => socket.destroy())));
    const proxy = await open(connectProxy(breaking.port));
    expect(await calls(REMOTE, 1, { HTTPS_PROXY: proxy.url })).toEqual(["not-executed connection_refused"]);
  });
});

describe("a proxy that makes no tunnel leaves the row as it was:", () => {
  async function callThrough(proxyUrl: string, timeoutMs = 10_000) {
    const clock = testClock();
    const proxied = settings(REMOTE, { proxyFor: () => proxyUrl, timeoutMs });
    const client = createMimecastClient(proxied, { clock, randomUuid: () => "id" });
    closing.push(() => client.close());
    return (await client.updateAliases([PAIR], control())).results[0];
  }

  test("a call is not executed if the proxy rejects the tunnel", async () => {
    const proxy = await open(connectProxy(server.port, { status: 407 }));
    const answer = await callThrough(`http://ann:secret@127.0.0.1:${proxy.port}`);
    expect(answer).toMatchObject({ kind: "not-executed", failure: { code: "connection_refused" } });
    expect(JSON.stringify(answer)).toContain(
      `the proxy 127.0.0.1:${proxy.port} did not open a tunnel: Bad response: 407`,
    );
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  test("a call is not executed if the proxy is not running", async () => {
    const answer = await callThrough("http://127.0.0.1:1");
    expect(answer).toMatchObject({ kind: "not-executed", failure: { code: "connection_refused" } });
  });

  test("a call is not executed if the proxy does not answer in time", async () => {
    let closedAfterMs = 0;
    let closed: Promise<unknown> | undefined;
    const proxy = await open(
      serveSockets((socket) => {
        const openedMs = performance.now();
        socket.resume();
        closed = new Promise((resolve) => socket.once("close", resolve)).then(() => {
          closedAfterMs = performance.now() - openedMs;
        });
      }),
    );
    const answer = await callThrough(proxy.url, 200);
    expect(answer).toMatchObject({ kind: "not-executed", failure: { code: "connection_refused" } });
    await closed;
    expect(closedAfterMs).toBeLessThan(3_000);
  });

  test.each(["socks5://127.0.0.1:1080", "no url at all"])(
    "its setting is of no use: %s",
    async (proxyUrl) => {
      await expect(callThrough(proxyUrl)).rejects.toThrow("HTTPS_PROXY is not a usable proxy");
    },
  );
});
