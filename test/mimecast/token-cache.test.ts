import { OAuth2Server } from "oauth2-mock-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHttp } from "../../src/mimecast/http.ts";
import { createSanitizer } from "../../src/mimecast/sanitize.ts";
import { createTokenCache, type TokenCache } from "../../src/mimecast/token-cache.ts";
import { settings, testClock } from "./parts.ts";

interface TokenReply {
  statusCode: number;
  body: Record<string, unknown> | "";
}

const oauth = new OAuth2Server(undefined, undefined, { endpoints: { token: "/oauth/token" } });
let { signal } = new AbortController();
let requests: unknown[] = [];
let reply: (response: TokenReply, count: number) => void;
let clock = testClock();
let secrets = createSanitizer([]);
let tokens: TokenCache;
let close: () => void;

beforeEach(async () => {
  if (!oauth.listening) {
    await oauth.issuer.keys.generate("RS256");
    await oauth.start(0, "127.0.0.1");
  }
  ({ signal } = new AbortController());
  requests = [];
  reply = () => undefined;
  oauth.service.removeAllListeners();
  oauth.service.on("beforeResponse", (response: TokenReply, request: { body: unknown }) => {
    requests.push(request.body);
    // Signed within the same second, two tokens would be the same.
    if (response.body !== "")
      response.body = { ...response.body, access_token: `token-${requests.length}`, expires_in: 1799 };
    reply(response, requests.length);
  });
  clock = testClock();
  secrets = createSanitizer(["client-secret-value"]);
  use(`http://127.0.0.1:${oauth.address().port}`);
});

afterEach(() => close());

function use(baseUrl: string): void {
  const http = createHttp(settings(baseUrl));
  close = () => http.close();
  const url = new URL(`${baseUrl}/oauth/token`);
  tokens = createTokenCache({
    clientId: "client-id",
    clientSecret: "client-secret-value",
    url,
    http,
    clock,
    secrets,
  });
}

async function value(): Promise<string> {
  const result = await tokens.get(signal);
  return result.kind === "token" ? result.token.value : JSON.stringify(result.answer);
}

async function expire(): Promise<void> {
  const result = await tokens.get(signal);
  if (result.kind === "token") tokens.invalidate(result.token);
}

test("a token is asked for as OAuth's client credentials, form-encoded", async () => {
  expect(await value()).toBe("token-1");
  expect(requests).toEqual([
    { grant_type: "client_credentials", client_id: "client-id", client_secret: "client-secret-value" },
  ]);
  expect(secrets.sanitize("token-1")).toBe("[redacted]");
});

describe("one request for a token serves", () => {
  test("all that ask at once", async () => {
    const values = await Promise.all(Array.from({ length: 50 }, value));
    expect(new Set(values)).toEqual(new Set(["token-1"]));
    expect(requests).toHaveLength(1);
  });

  test("all that ask until a minute before its end, and from then on another", async () => {
    await value();
    clock.advance(1_738_000);
    expect(await value()).toBe("token-1");
    clock.advance(2_000);
    expect(await Promise.all(Array.from({ length: 10 }, value))).toEqual(Array(10).fill("token-2"));
    expect(requests).toHaveLength(2);
  });

  test("all that met the expiry of the same token, at once or late", async () => {
    const held = await tokens.get(signal);
    if (held.kind !== "token") throw new Error("no token");
    const renewed = await Promise.all(
      Array.from({ length: 50 }, () => {
        tokens.invalidate(held.token);
        return value();
      }),
    );
    expect(new Set(renewed)).toEqual(new Set(["token-2"]));
    tokens.invalidate(held.token);
    expect(await value()).toBe("token-2");
    expect(requests).toHaveLength(2);
  });
});

test("a renewal that brings the same value again counts as one", async () => {
  reply = (response) => {
    response.body = { access_token: "always-the-same", expires_in: 1799 };
  };
  const old = await tokens.get(signal);
  await expire();
  await value();
  if (old.kind === "token") tokens.invalidate(old.token);
  await value();
  expect(requests).toHaveLength(2);
});

describe("an expires_in that can't be meant is survived", () => {
  test.each([[0], [-5], [undefined], [null], ["soon"], [""], [{}], [0.001]])("%j", async (expiresIn) => {
    reply = (response) => {
      if (response.body !== "") response.body["expires_in"] = expiresIn;
    };
    expect(await value()).toBe("token-1");
    expect(await value()).toBe("token-1");
    clock.advance(5 * 60_000);
    expect(await value()).toBe("token-2");
  });

  test("in quotes it is a number", async () => {
    reply = (response) => {
      if (response.body !== "") response.body["expires_in"] = "1799";
    };
    await value();
    clock.advance(1_738_000);
    expect(await value()).toBe("token-1");
  });

  test("a century is a day", async () => {
    reply = (response) => {
      if (response.body !== "") response.body["expires_in"] = 1e300;
    };
    await value();
    clock.advance(24 * 3_600_000);
    expect(await value()).toBe("token-2");
  });

  test("a token of ten seconds is used for five", async () => {
    reply = (response) => {
      if (response.body !== "") response.body["expires_in"] = 10;
    };
    await value();
    clock.advance(4_999);
    expect(await value()).toBe("token-1");
    clock.advance(1);
    expect(await value()).toBe("token-2");
  });
});

describe("without a token", () => {
  function answering(statusCode: number, body: Record<string, unknown> | ""): void {
    reply = (response) => {
      response.statusCode = statusCode;
      response.body = body;
    };
  }

  test.each([
    [400, { error: "invalid_client" }, "invalid_client"],
    [401, { error: "invalid_client", error_description: "who?" }, "invalid_client"],
    [403, { fail: [{ code: "app_forbidden", message: "no" }] }, "app_forbidden"],
    [401, {}, "invalid_credentials"],
    [401, "", "invalid_credentials"],
  ] as const)("HTTP %i %j refuses the account", async (status, body, code) => {
    answering(status, body === "" ? "" : { ...body });
    const result = await tokens.get(signal);
    expect(result).toMatchObject({
      kind: "none",
      answer: { kind: "access-denied", failure: { code, retryable: false } },
    });
  });

  test.each([
    [429, { error: "slow_down" }, "http_429"],
    [404, "", "http_404"],
    [302, "", "http_302"],
    [500, { error: "server_error" }, "http_500"],
    [503, "", "http_503"],
    [200, "", "invalid_response"],
    [200, { access_token: "" }, "invalid_response"],
    [200, { access_token: 17 }, "invalid_response"],
    [200, { access_token: "two words" }, "invalid_response"],
    // No server takes a header of that length, and each row would fail of it.
    [200, { access_token: "x".repeat(20_000) }, "invalid_response"],
  ] as const)("HTTP %i %j leaves the row as it was", async (status, body, code) => {
    answering(status, body === "" ? "" : { ...body });
    const result = await tokens.get(signal);
    expect(result).toMatchObject({
      kind: "none",
      answer: { kind: "not-executed", failure: { code, retryable: true } },
    });
  });

  test("a token that is longer than any header can be is none", async () => {
    answering(200, { access_token: "x".repeat(20_000) });
    expect(await tokens.get(signal)).toMatchObject({
      answer: { kind: "not-executed", failure: { code: "invalid_response" } },
    });
  });

  test("for want of a connection the row is as it was", async () => {
    close();
    use("http://127.0.0.1:1");
    expect(await tokens.get(signal)).toMatchObject({
      answer: { kind: "not-executed", failure: { code: "connection_refused" } },
    });
  });

  test("the message repeats neither the secret nor a token", async () => {
    answering(401, { error: "invalid_client", error_description: "secret client-secret-value is wrong" });
    expect(await value()).toContain("secret [redacted] is wrong");
  });

  test("a failure serves those that wait, and the next asks again", async () => {
    answering(503, "");
    const failed = await Promise.all(Array.from({ length: 20 }, value));
    expect(failed.every((answer) => answer.includes("http_503"))).toBe(true);
    expect(requests).toHaveLength(1);
    reply = () => undefined;
    expect(await value()).toBe("token-2");
  });

  test("at a renewal, the old token is used to its end, and not asked about at every call", async () => {
    await value();
    answering(503, "");
    clock.advance(1_740_000);
    expect(await value()).toBe("token-1");
    expect(await value()).toBe("token-1");
    expect(requests).toHaveLength(2);
    clock.advance(5_000);
    expect(await value()).toBe("token-1");
    expect(requests).toHaveLength(3);
    clock.advance(60_000);
    expect(await value()).toContain("http_503");
  });
});

test("a caller that is abandoned does not wait for the token, and does not end it for others", async () => {
  const abandon = new AbortController();
  const abandoned = tokens.get(abandon.signal);
  const other = value();
  abandon.abort();
  expect(await abandoned).toMatchObject({
    answer: { kind: "not-executed", failure: { code: "interrupted" } },
  });
  expect(await other).toBe("token-1");
  expect(await tokens.get(AbortSignal.abort())).toMatchObject({ kind: "token" });
});
