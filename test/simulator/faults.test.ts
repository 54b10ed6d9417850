import { expect, test } from "vitest";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import {
  type Answered,
  bodyOf,
  call,
  freshToken,
  pair,
  simulatorFor,
  UPDATE_ALIAS,
} from "./running-simulator.ts";

const ALIAS = "a@old.example";

/** Returns the answer to one call and the aliases that the call set. */
async function meet(simulator: Simulator, ...aliases: string[]) {
  const body = bodyOf(...aliases.map((alias) => pair(alias)));
  const answered = await call(simulator, body).catch(() => "connection lost" as const);
  return { answered, set: aliases.filter((alias) => simulator.aliases.has(alias)) };
}

async function hitBy(fault: Fault) {
  return meet(await simulatorFor({ faults: [fault] }), ALIAS);
}

test("fail puts the item into fail with its code, message and retryable, under HTTP 200", async () => {
  const { answered, set } = await hitBy({
    alias: ALIAS,
    kind: "fail",
    code: "err_x",
    message: "Because",
    retryable: true,
  });
  expect(answered).toMatchObject({
    status: 200,
    json: {
      data: [],
      meta: { status: 200 },
      fail: [{ key: pair(ALIAS), errors: [{ code: "err_x", message: "Because", retryable: true }] }],
    },
  });
  expect(set).toEqual([]);
});

test("fail withoutKey leaves the key out, and is not retryable unless it says so", async () => {
  const { answered } = await hitBy({ alias: ALIAS, kind: "fail", code: "err_x", withoutKey: true });
  expect(answered).toMatchObject({
    json: { fail: [{ errors: [{ code: "err_x", message: expect.any(String), retryable: false }] }] },
  });
  expect(answered).not.toHaveProperty("json.fail.0.key");
});

test("omitted sets the alias and does not name it", async () => {
  const { answered, set } = await hitBy({ alias: ALIAS, kind: "omitted" });
  expect(answered).toMatchObject({ status: 200, json: { fail: [], meta: { status: 200 }, data: [] } });
  expect(set).toEqual([ALIAS]);
});

test.each<[string, Fault, Partial<Answered>]>([
  [
    "gateway-fail is a status with fail in the flat shape",
    { alias: ALIAS, kind: "gateway-fail", status: 403, code: "app_forbidden", message: "No" },
    { status: 403, json: { fail: [{ code: "app_forbidden", message: "No" }] } },
  ],
  [
    "status is an HTTP status with its name",
    { alias: ALIAS, kind: "status", status: 503 },
    { status: 503, text: "Service Unavailable" },
  ],
  [
    "status takes a body",
    { alias: ALIAS, kind: "status", status: 418, body: "teapot" },
    { status: 418, text: "teapot" },
  ],
  [
    "meta-status is an empty envelope under HTTP 200",
    { alias: ALIAS, kind: "meta-status", metaStatus: 500 },
    { status: 200, json: { fail: [], meta: { status: 500 }, data: [] } },
  ],
  [
    "meta-status takes an HTTP status of its own",
    { alias: ALIAS, kind: "meta-status", metaStatus: 429, status: 500 },
    { status: 500, json: { fail: [], meta: { status: 429 }, data: [] } },
  ],
  [
    "html is a page under HTTP 200",
    { alias: ALIAS, kind: "html" },
    { status: 200, text: expect.stringMatching("<!DOCTYPE html>") },
  ],
  [
    "html with a status is a page of something in front",
    { alias: ALIAS, kind: "html", status: 404 },
    { status: 404, text: expect.stringMatching("<!DOCTYPE html>") },
  ],
  [
    "empty with a status has no body",
    { alias: ALIAS, kind: "empty", status: 408 },
    { status: 408, text: "" },
  ],
  ["empty is HTTP 200 without a body", { alias: ALIAS, kind: "empty" }, { status: 200, text: "" }],
  ["redirect is a 307", { alias: ALIAS, kind: "redirect", location: "http://127.0.0.1:9/" }, { status: 307 }],
])("%s, and sets nothing", async (_title, fault, expected) => {
  const { answered, set } = await hitBy(fault);
  expect(answered).toMatchObject(expected);
  expect(set).toEqual([]);
});

test("status sends headers, also in place of the quota's", async () => {
  const headers = { "Retry-After": "7", "x-ratelimit-reset": "-1" };
  const quota = { calls: 5, windowMs: 1000 };
  const simulator = await simulatorFor({
    quota,
    faults: [{ alias: ALIAS, kind: "status", status: 429, headers }],
  });
  const answered = await call(simulator, bodyOf(pair(ALIAS)));
  expect(answered.headers.get("retry-after")).toBe("7");
  expect(answered.headers.get("x-ratelimit-reset")).toBe("-1");
  expect(answered.headers.get("x-ratelimit-limit")).toBe("5");
});

test("redirect sends the location", async () => {
  const location = "http://127.0.0.1:9/else";
  const simulator = await simulatorFor({ faults: [{ alias: ALIAS, kind: "redirect", location }] });
  expect((await call(simulator, bodyOf(pair(ALIAS)))).headers.get("location")).toBe(location);
});

test("drop closes the connection before the call takes effect, or afterwards if executed", async () => {
  expect(await hitBy({ alias: ALIAS, kind: "drop" })).toEqual({ answered: "connection lost", set: [] });
  expect(await hitBy({ alias: ALIAS, kind: "drop", executed: true })).toEqual({
    answered: "connection lost",
    set: [ALIAS],
  });
});

test.each<Fault>([
  { alias: ALIAS, kind: "status", status: 504, executed: true },
  { alias: ALIAS, kind: "meta-status", metaStatus: 500, executed: true },
  { alias: ALIAS, kind: "html", executed: true },
  { alias: ALIAS, kind: "empty", executed: true },
])("$kind with executed sets the alias although the answer does not say so", async (fault) => {
  expect((await hitBy(fault)).set).toEqual([ALIAS]);
});

test("cut-off sets the alias and breaks off in the middle of the body", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: ALIAS, kind: "cut-off" }] });
  expect(await meet(simulator, ALIAS)).toEqual({ answered: "connection lost", set: [ALIAS] });
  expect(simulator.counters.byStatus.get(200)).toBe(2);
});

test("oversized sends more than 20 MB before an answer that is otherwise right", async () => {
  const { answered, set } = await hitBy({ alias: ALIAS, kind: "oversized" });
  expect(answered).toMatchObject({ status: 200, json: { data: [pair(ALIAS)] } });
  expect(answered !== "connection lost" && answered.text.length).toBeGreaterThan(20 * 1024 * 1024);
  expect(set).toEqual([ALIAS]);
});

test("A client that gives up on an oversized answer leaves the simulator running", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: ALIAS, kind: "oversized" }] });
  const response = await fetch(`${simulator.url}${UPDATE_ALIAS}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await freshToken(simulator)}` },
    body: bodyOf(pair(ALIAS)),
  });
  await response.body?.cancel();
  expect((await call(simulator, bodyOf(pair("b@old.example")))).status).toBe(200);
});

test("slow sets the alias at once and answers later", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: ALIAS, kind: "slow", ms: 50 }] });
  const started = performance.now();
  const { answered } = await meet(simulator, ALIAS);
  // A timer may fire a millisecond early by the finer clock.
  expect(performance.now() - started).toBeGreaterThanOrEqual(49);
  expect(answered).toMatchObject({ status: 200, json: { data: [pair(ALIAS)] } });
});

test("A fault with times hits each address that many times, then the call succeeds", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "*@old.example", times: 2, kind: "status", status: 503 }],
  });
  const statuses = [];
  for (const alias of [ALIAS, ALIAS, "b@old.example", "A@OLD.example", "b@old.example", "b@old.example"]) {
    const { answered } = await meet(simulator, alias);
    statuses.push(answered !== "connection lost" && answered.status);
  }
  expect(statuses).toEqual([503, 503, 503, 200, 503, 200]);
});

test("Faults with the same name are played one after another", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: ALIAS, times: 1, kind: "status", status: 500 },
      { alias: ALIAS, times: 1, kind: "status", status: 502 },
    ],
  });
  const statuses = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    statuses.push((await call(simulator, bodyOf(pair(ALIAS)))).status);
  }
  expect(statuses).toEqual([500, 502, 200]);
});

test.each([
  ["a-b@old.example", 501],
  ["a-bc@old.example", 502],
  ["a-x@old.example", 503],
  ["x@old.example", 504],
  ["x@else.example", 509],
])("The most specific name that matches %s counts", async (alias, status) => {
  const faults: Fault[] = [
    { alias: "*", kind: "status", status: 509 },
    { alias: "*@old.example", kind: "status", status: 504 },
    { alias: "a-*@old.example", kind: "status", status: 503 },
    { alias: "a-b*@old.example", kind: "status", status: 502 },
    { alias: "A-B@old.example", kind: "status", status: 501 },
  ];
  const simulator = await simulatorFor({ faults });
  expect((await call(simulator, bodyOf(pair(alias)))).status).toBe(status);
});

test("A fault can name a primary, and a fault for the alias takes precedence", async () => {
  const simulator = await simulatorFor({
    faults: [
      { aliasFor: "ann@new.example", kind: "status", status: 500 },
      { alias: ALIAS, kind: "status", status: 502 },
    ],
  });
  expect((await call(simulator, bodyOf(pair("b@old.example", "Ann@new.example")))).status).toBe(500);
  expect((await call(simulator, bodyOf(pair(ALIAS)))).status).toBe(502);
  expect((await call(simulator, bodyOf(pair("b@old.example", "bob@new.example")))).status).toBe(200);
});

test("fail and omitted hit only their own item of a batch", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: "a@old.example", kind: "fail", code: "err_x" },
      { alias: "b@old.example", kind: "omitted" },
    ],
  });
  const { answered, set } = await meet(simulator, "a@old.example", "b@old.example", "c@old.example");
  expect(answered).toMatchObject({
    json: { fail: [{ key: pair("a@old.example") }], data: [pair("c@old.example")] },
  });
  expect(answered).toHaveProperty("json.data.length", 1);
  expect(set).toEqual(["b@old.example", "c@old.example"]);
});

test("Any other fault hits the whole call, and only one is played at a time", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: "b@old.example", times: 1, kind: "status", status: 503 },
      { alias: "c@old.example", times: 1, kind: "drop", executed: true },
    ],
  });
  const aliases = ["a@old.example", "b@old.example", "c@old.example"];
  expect(await meet(simulator, ...aliases)).toMatchObject({ answered: { status: 503 }, set: [] });
  expect(await meet(simulator, ...aliases)).toEqual({ answered: "connection lost", set: aliases });
  expect(await meet(simulator, ...aliases)).toMatchObject({ answered: { status: 200 }, set: aliases });
});

test("New faults take the place of the old ones while the simulator runs", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: "*", kind: "drop" }] });
  expect((await meet(simulator, ALIAS)).answered).toBe("connection lost");
  simulator.setFaults([]);
  expect((await meet(simulator, ALIAS)).answered).toMatchObject({ status: 200 });
});
