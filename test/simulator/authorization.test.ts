import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { authorizationOf } from "../../src/simulator/signatures.ts";
import {
  bodyOf,
  call,
  callWith,
  freshToken,
  pair,
  signedHeaders,
  simulatorFor,
  standingClock,
  tokenForm,
} from "./running-simulator.ts";

const BODY = bodyOf(pair("old@old.example"));
const FIFTEEN_MINUTES_MS = 15 * 60_000;

async function askForToken(body: URLSearchParams | string) {
  const simulator = await simulatorFor();
  const response = await fetch(`${simulator.url}/oauth/token`, { method: "POST", body });
  return { status: response.status, answer: await response.json() };
}

test("The right credentials get a bearer token that lasts 1799 seconds", async () => {
  expect(await askForToken(tokenForm())).toEqual({
    status: 200,
    answer: {
      access_token: expect.stringMatching(/^\S{32}$/),
      token_type: "Bearer",
      expires_in: 1799,
      scope: "",
    },
  });
});

test.each([
  ["a wrong secret", tokenForm({ client_secret: "wrong" }), 401, "invalid_client"],
  ["a wrong client", tokenForm({ client_id: "wrong" }), 401, "invalid_client"],
  ["another grant", tokenForm({ grant_type: "password" }), 400, "unsupported_grant_type"],
  ["a body that is no form", tokenForm().toString(), 400, "invalid_request"],
])("A token request with %s is refused", async (_what, form, status, error) => {
  expect(await askForToken(form)).toMatchObject({ status, answer: { error } });
});

test("An unknown token and no token are answered 401 unauthorized, and nothing is set", async () => {
  const simulator = await simulatorFor();
  for (const headers of [{ authorization: "Bearer made-up" }, { authorization: "Basic YTpi" }, {}]) {
    const { status, json } = await callWith(simulator, headers, BODY);
    expect(status).toBe(401);
    expect(json).toMatchObject({ fail: [{ code: "unauthorized" }] });
  }
  expect(simulator.aliases.size).toBe(0);
});

test("A token works until its lifetime is over and is then answered token_expired", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock, tokenLifetimeSeconds: 10 });
  const headers = { authorization: `Bearer ${await freshToken(simulator)}` };
  clock.ms = 9_999;
  expect((await callWith(simulator, headers, BODY)).status).toBe(200);
  clock.ms = 10_000;
  const { status, json } = await callWith(simulator, headers, BODY);
  expect(status).toBe(401);
  expect(json).toMatchObject({ fail: [{ code: "token_expired" }] });
});

test("expireTokens expires the issued tokens, and later ones work", async () => {
  const simulator = await simulatorFor();
  const headers = { authorization: `Bearer ${await freshToken(simulator)}` };
  simulator.expireTokens();
  expect((await callWith(simulator, headers, BODY)).json).toMatchObject({
    fail: [{ code: "token_expired" }],
  });
  expect((await call(simulator, BODY)).status).toBe(200);
});

test("Signatures match the public test vector", () => {
  const keys = { appKey: "ApplicationKey", accessKey: "AccessKey", secretKey: "U2VjcmV0S2V5" };
  const requestId = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9";
  expect(authorizationOf(keys, "Sun, 21 Aug 2022 13:49:40 UTC", requestId, "/api/test/some-url")).toBe(
    "MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=",
  );
});

test("A call signed as documented is accepted up to 15 minutes before and after its date", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock });
  for (const offMs of [0, FIFTEEN_MINUTES_MS, -FIFTEEN_MINUTES_MS]) {
    const { status } = await callWith(simulator, signedHeaders(clock.epochMs() + offMs), BODY);
    expect(status).toBe(200);
  }
});

const NOW_MS = standingClock().epochMs();

test.each<[string, Record<string, string>]>([
  ["a date that ends in GMT", signedHeaders(NOW_MS, { "x-mc-date": new Date(NOW_MS).toUTCString() })],
  ["a date with the wrong day", signedHeaders(NOW_MS, { "x-mc-date": "Mon, 21 Aug 2022 13:49:40 UTC" })],
  ["a date that is none", signedHeaders(NOW_MS, { "x-mc-date": "now" })],
  ["a date too old", signedHeaders(NOW_MS - FIFTEEN_MINUTES_MS - 1000)],
  ["a date too far ahead", signedHeaders(NOW_MS + FIFTEEN_MINUTES_MS + 1000)],
  ["a request id that is no GUID", signedHeaders(NOW_MS, { "x-mc-req-id": "1" })],
  ["another application", signedHeaders(NOW_MS, { "x-mc-app-id": "wrong" })],
  ["a signature of something else", { ...signedHeaders(NOW_MS), "x-mc-req-id": randomUUID() }],
  ["only an authorization", { authorization: "MC simulated-access-key:AAAA" }],
])("A call signed with %s is an invalid signature", async (_what, headers) => {
  const simulator = await simulatorFor({ clock: standingClock() });
  const { status, json } = await callWith(simulator, headers, BODY);
  expect(status).toBe(401);
  expect(json).toMatchObject({
    meta: { status: 401 },
    fail: [{ errors: [{ code: "err_xdk_invalid_signature", message: "0004 Invalid Signature" }] }],
  });
  expect(simulator.aliases.size).toBe(0);
});

test("A repeated request id is an invalid signature", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock });
  const headers = signedHeaders(clock.epochMs());
  expect((await callWith(simulator, headers, BODY)).status).toBe(200);
  expect((await callWith(simulator, headers, BODY)).status).toBe(401);
});

test("An answer carries the request's own id in 1.0 and one of the server in 2.0", async () => {
  const simulator = await simulatorFor();
  const headers = signedHeaders(Date.now());
  const signed = await callWith(simulator, headers, BODY);
  expect(signed.headers.get("x-mc-req-id")).toBe(headers["x-mc-req-id"]);
  const [first, second] = [await call(simulator, BODY), await call(simulator, BODY)];
  expect(first.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(first.headers.get("x-request-id")).not.toBe(second.headers.get("x-request-id"));
});
