import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Exchange } from "../../src/domain/response.ts";
import { createMimecastClient, type MimecastClient } from "../../src/mimecast/client.ts";
import type { MimecastSettings } from "../../src/mimecast/settings.ts";
import { signedHeaders } from "../../src/mimecast/signing.ts";
import { type Loopback, type Received, sendJson, serve } from "./loopback.ts";
import { APPLIED, control, EPOCH_MS, OAUTH, PAIR, REQUEST_ID, SIGNED, settings, testClock } from "./parts.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Mimecast extends Loopback {
  /** What came to update-alias. */
  calls(): Received[];
  tokensIssued(): number;
}

/** A server with a token endpoint; update-alias answers as the test says. */
async function mimecast(answer: (request: Received, response: ServerResponse) => void): Promise<Mimecast> {
  let issued = 0;
  const server = await serve((request, response) => {
    if (request.path !== "/oauth/token") return answer(request, response);
    issued += 1;
    sendJson(response, {
      access_token: `token-${issued}`,
      token_type: "Bearer",
      expires_in: 1799,
      scope: "",
    });
  });
  closing.push(() => server.close());
  const calls = () => server.received.filter((request) => request.path !== "/oauth/token");
  return { ...server, calls, tokensIssued: () => issued };
}

function connect(url: string, changes: Partial<MimecastSettings> = {}, clock = testClock()): MimecastClient {
  let count = 0;
  const client = createMimecastClient(settings(url, changes), {
    clock,
    randomUuid: () => (count++ === 0 ? REQUEST_ID : `request-${count}`),
  });
  closing.push(() => client.close());
  return client;
}

const TOKEN_EXPIRED = { fail: [{ code: "token_expired", message: "Token expired" }] };

describe("API 1.0", () => {
  test("a call is one signed request for one pair, sent as written", async () => {
    const server = await mimecast((_, response) => sendJson(response, APPLIED));
    const exchange = await connect(server.url).updateAliases(
      [{ ...PAIR, alias: "Ann@Old.Example" }],
      control(),
    );
    expect(exchange.results[0]).toEqual({ kind: "applied" });
    expect(exchange.requestId).toBe(REQUEST_ID);
    expect(server.received).toHaveLength(1);
    const [request] = server.calls();
    expect(request).toMatchObject({ method: "POST", path: "/api/user/update-alias" });
    expect(JSON.parse(request?.body ?? "")).toEqual({
      data: [{ aliasFor: PAIR.aliasFor, alias: "Ann@Old.Example" }],
    });
    if (SIGNED.api !== "1.0") throw new Error("the other credentials are meant");
    const signed = signedHeaders(SIGNED, {
      path: "/api/user/update-alias",
      requestId: REQUEST_ID,
      epochMs: EPOCH_MS,
    });
    expect(request?.headers).toMatchObject({ ...signed, "content-type": "application/json" });
    expect(JSON.stringify(request)).not.toContain(SIGNED.appKey);
  });

  test("every request is signed afresh, with its own id and after the wait for its turn", async () => {
    const clock = testClock();
    const server = await mimecast((_, response) => sendJson(response, APPLIED));
    const client = connect(server.url, {}, clock);
    const beforeSend = async () => clock.advance(60_000);
    await client.updateAliases([PAIR], control({ beforeSend }));
    await client.updateAliases([PAIR], control({ beforeSend }));
    const dates = server.calls().map(({ headers }) => headers["x-mc-date"]);
    expect(dates).toEqual(["Sun, 21 Aug 2022 13:50:40 UTC", "Sun, 21 Aug 2022 13:51:40 UTC"]);
    expect(server.calls().map(({ headers }) => headers["x-mc-req-id"])).toEqual([REQUEST_ID, "request-2"]);
  });

  test("access is denied for an expired token, because signed requests have none to renew", async () => {
    const server = await mimecast((_, response) => sendJson(response, TOKEN_EXPIRED, 401));
    const {
      results: [answer],
    } = await connect(server.url).updateAliases([PAIR], control());
    expect(answer).toMatchObject({ kind: "access-denied", failure: { code: "token_expired" } });
    expect(server.received).toHaveLength(1);
  });
});

describe("API 2.0", () => {
  const oauth = { credentials: OAUTH };

  test("one token serves all calls", async () => {
    const server = await mimecast((_, response) => sendJson(response, APPLIED));
    const client = connect(server.url, oauth);
    const exchanges = await Promise.all(
      Array.from({ length: 20 }, () => client.updateAliases([PAIR], control())),
    );
    expect(exchanges.every(({ results: [answer] }) => answer?.kind === "applied")).toBe(true);
    expect(server.tokensIssued()).toBe(1);
    expect(new Set(server.calls().map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer token-1"]),
    );
  });

  test("many calls that meet the expiry of one token renew it once, and all succeed", async () => {
    const server = await mimecast((request, response) => {
      if (request.headers.authorization === "Bearer token-1") sendJson(response, TOKEN_EXPIRED, 401);
      else sendJson(response, APPLIED);
    });
    const client = connect(server.url, { ...oauth, connections: 30 });
    let asked = 0;
    const beforeSend = async () => {
      asked += 1;
    };
    const exchanges = await Promise.all(
      Array.from({ length: 30 }, () => client.updateAliases([PAIR], control({ beforeSend }))),
    );
    expect(exchanges.every(({ results: [answer] }) => answer?.kind === "applied")).toBe(true);
    expect(server.tokensIssued()).toBe(2);
    expect(asked).toBe(60);
    expect(server.calls()).toHaveLength(60);
  });

  test("access is denied for a token that is reported expired again, after two requests", async () => {
    const server = await mimecast((_, response) => sendJson(response, TOKEN_EXPIRED, 401));
    const {
      results: [answer],
    } = await connect(server.url, oauth).updateAliases([PAIR], control());
    expect(answer).toMatchObject({
      kind: "access-denied",
      failure: { code: "token_expired", retryable: false },
    });
    expect(server.calls()).toHaveLength(2);
    expect(server.tokensIssued()).toBe(2);
  });

  test("a token that the server has lost is replaced for the next call, and access stays denied for this one", async () => {
    const server = await mimecast((request, response) => {
      if (request.headers.authorization !== "Bearer token-1") sendJson(response, APPLIED);
      else sendJson(response, { fail: [{ code: "unauthorized" }] }, 401);
    });
    const client = connect(server.url, oauth);
    expect((await client.updateAliases([PAIR], control())).results[0]?.kind).toBe("access-denied");
    expect(server.calls()).toHaveLength(1);
    expect((await client.updateAliases([PAIR], control())).results[0]?.kind).toBe("applied");
    expect(server.tokensIssued()).toBe(2);
  });

  test("a token is replaced once if only meta.status says 401, however many calls receive it", async () => {
    const server = await mimecast((request, response) => {
      if (request.headers.authorization !== "Bearer token-1") sendJson(response, APPLIED);
      else sendJson(response, { fail: [], meta: { status: 401 }, data: [] });
    });
    const client = connect(server.url, { ...oauth, connections: 10 });
    const update = () => client.updateAliases([PAIR], control());
    const refused = await Promise.all(Array.from({ length: 10 }, update));
    expect(new Set(refused.map(({ results: [answer] }) => answer?.kind))).toEqual(new Set(["access-denied"]));
    expect((await update()).results[0]?.kind).toBe("applied");
    expect(server.tokensIssued()).toBe(2);
  });

  test("a token is kept if a 401 only says 'Unauthorized Request', which is transient", async () => {
    const server = await mimecast((_, response) => {
      sendJson(response, { fail: [{ message: "Unauthorized Request" }] }, 401);
    });
    const client = connect(server.url, oauth);
    expect((await client.updateAliases([PAIR], control())).results[0]?.kind).toBe("transient");
    expect((await client.updateAliases([PAIR], control())).results[0]?.kind).toBe("transient");
    expect(server.tokensIssued()).toBe(1);
  });

  test("without a token nothing is claimed, and the row is not sent", async () => {
    const server = await serve((_, response) => sendJson(response, { error: "invalid_client" }, 401));
    closing.push(() => server.close());
    const beforeSend = async () => {
      throw new Error("nothing to claim");
    };
    const {
      results: [answer],
    } = await connect(server.url, oauth).updateAliases([PAIR], control({ beforeSend }));
    expect(answer).toMatchObject({ kind: "access-denied", failure: { code: "invalid_client" } });
    expect(server.received.map(({ path }) => path)).toEqual(["/oauth/token"]);
  });

  test("a 429 of the token endpoint says how long to wait", async () => {
    const server = await serve((_, response) => sendJson(response, {}, 429, { "x-ratelimit-reset": "4200" }));
    closing.push(() => server.close());
    const exchange = await connect(server.url, oauth).updateAliases([PAIR], control());
    expect(exchange).toMatchObject({
      results: [{ kind: "not-executed", failure: { code: "http_429" } }],
      waitMs: 4200,
    });
  });

  test("an error that repeats secret and token shows neither", async () => {
    const server = await mimecast((request, response) => {
      const message = `${request.headers.authorization} ${OAUTH.api === "2.0" ? OAUTH.clientSecret : ""} token-1`;
      sendJson(response, { fail: [{ errors: [{ code: "token-1", message }] }] });
    });
    const {
      results: [answer],
    } = await connect(server.url, oauth).updateAliases([PAIR], control());
    expect(answer).toEqual({
      kind: "rejected",
      failure: { code: "[redacted]", message: "[redacted] [redacted] [redacted]", retryable: false },
    });
  });
});

describe("an exchange", () => {
  const DATE = "Sun, 21 Aug 2022 13:49:40 GMT";

  test("has the quota, the request's id, the server's clock and the times of sending and arrival", async () => {
    const clock = testClock();
    const server = await mimecast((_, response) => {
      clock.advance(434);
      const quota = {
        "x-ratelimit-limit": "800",
        "x-ratelimit-remaining": "799",
        "x-ratelimit-reset": "4998",
      };
      sendJson(response, APPLIED, 200, { ...quota, "x-request-id": "their-id", date: DATE });
    });
    const beforeSend = async () => clock.advance(1_000);
    expect(await connect(server.url, {}, clock).updateAliases([PAIR], control({ beforeSend }))).toEqual({
      status: 200,
      results: [{ kind: "applied" }],
      requestId: "their-id",
      quota: { limit: 800, remaining: 799, resetMs: 4998 },
      serverEpochMs: Date.UTC(2022, 7, 21, 13, 49, 40),
      sentAtMs: 2_000,
      arrivedAtMs: 2_434,
    });
  });

  test("is not executed if the answer is 429, and has the wait that the quota announces", async () => {
    const server = await mimecast((_, response) =>
      response
        .writeHead(429, { "x-ratelimit-reset": "4998", "x-ratelimit-remaining": "0" })
        .end("Too Many Requests"),
    );
    expect(await connect(server.url).updateAliases([PAIR], control())).toMatchObject({
      results: [{ kind: "not-executed", failure: { code: "http_429" } }],
      quota: { remaining: 0, resetMs: 4998 },
      waitMs: 4998,
    });
  });

  test("has the wait of Retry-After if the answer is 503", async () => {
    const server = await mimecast((_, response) => response.writeHead(503, { "retry-after": "3" }).end());
    const exchange = await connect(server.url).updateAliases([PAIR], control());
    expect(exchange).toMatchObject({ results: [{ kind: "indeterminate" }], waitMs: 3000 });
  });

  test("is indeterminate if the connection broke, and has the id that was sent", async () => {
    const server = await mimecast((_, response) => response.socket?.destroy());
    const exchange: Exchange = await connect(server.url).updateAliases([PAIR], control());
    expect(exchange).toMatchObject({
      results: [{ kind: "indeterminate", failure: { code: "connection_lost", retryable: true } }],
      requestId: REQUEST_ID,
    });
    expect(exchange).not.toHaveProperty("quota");
  });

  test("is not executed if there is no server, and has no id", async () => {
    const exchange = await connect("http://127.0.0.1:1").updateAliases([PAIR], control());
    expect(exchange.results[0]).toMatchObject({
      kind: "not-executed",
      failure: { code: "connection_refused" },
    });
    expect(exchange).not.toHaveProperty("requestId");
  });
});

describe("what beforeSend throws", () => {
  test("is thrown on, and nothing is sent", async () => {
    const server = await mimecast((_, response) => sendJson(response, APPLIED));
    const client = connect(server.url);
    const stopped = new Error("stopped");
    await expect(
      client.updateAliases([PAIR], control({ beforeSend: () => Promise.reject(stopped) })),
    ).rejects.toBe(stopped);
    expect(server.received).toHaveLength(0);
  });
});

test("a call that is aborted within beforeSend is not sent", async () => {
  const abandon = new AbortController();
  const server = await mimecast((_, response) => sendJson(response, APPLIED));
  const beforeSend = async () => abandon.abort(new Error("over"));
  const {
    results: [answer],
  } = await connect(server.url).updateAliases([PAIR], control({ beforeSend, signal: abandon.signal }));
  expect(answer).toMatchObject({ kind: "not-executed", failure: { code: "interrupted" } });
  expect(server.received).toHaveLength(0);
});

test("a call that is aborted while it waits for the answer is indeterminate, and the reason is not thrown", async () => {
  const abandon = new AbortController();
  const server = await mimecast(() => abandon.abort(new Error("over")));
  const {
    results: [answer],
  } = await connect(server.url).updateAliases([PAIR], control({ signal: abandon.signal }));
  expect(answer).toMatchObject({ kind: "indeterminate", failure: { code: "interrupted", retryable: true } });
});

test("credentials go to no other host, whatever the answers point to", async () => {
  const elsewhere = await mimecast((_, response) => sendJson(response, APPLIED));
  const server = await mimecast((_, response) =>
    response.writeHead(307, { location: `${elsewhere.url}/api/user/update-alias` }).end(),
  );
  const {
    results: [answer],
  } = await connect(server.url, { credentials: OAUTH }).updateAliases([PAIR], control());
  expect(answer).toMatchObject({
    kind: "indeterminate",
    failure: {
      code: "http_307",
      retryable: true,
      message: expect.stringContaining(new URL(elsewhere.url).host),
    },
  });
  expect(elsewhere.received).toHaveLength(0);
});

test("a base URL with a path keeps it", async () => {
  const server = await mimecast((_, response) => sendJson(response, APPLIED));
  await connect(`${server.url}/gateway`).updateAliases([PAIR], control());
  expect(server.calls()[0]?.path).toBe("/gateway/api/user/update-alias");
});
