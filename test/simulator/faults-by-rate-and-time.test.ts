import { expect, test } from "vitest";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import { FaultScript } from "../../src/simulator/faults/fault-script.ts";
import {
  bodyOf,
  call,
  callWith,
  freshToken,
  pair,
  simulatorFor,
  standingClock,
  tokenForm,
} from "./running-simulator.ts";

const MANY = 10_000;

/** Returns the addresses that are hit, in the given order. */
function hits(book: FaultScript, aliases: readonly string[]): string[] {
  return aliases.filter((alias) => book.due({ aliasFor: "ann@new.example", alias }, 0, 1) !== undefined);
}

const ALIASES = Array.from({ length: MANY }, (_, index) => `a${index}@old.example`);

test.each([0.01, 0.5])("A fault with rate %f hits about this share of the calls", (rate) => {
  const book = new FaultScript([{ alias: "*", rate, kind: "drop" }], 1);
  expect(Math.abs(hits(book, ALIASES).length / MANY - rate)).toBeLessThan(0.01);
  const again = ALIASES.map(() => "a@old.example");
  expect(Math.abs(hits(book, again).length / MANY - rate)).toBeLessThan(0.01);
});

test("A fault with rate 1 hits every call", () => {
  expect(hits(new FaultScript([{ alias: "*", rate: 1, kind: "drop" }], 1), ALIASES)).toHaveLength(MANY);
});

test("The same seed hits the same addresses in any order, and another seed hits others", () => {
  const faults: Fault[] = [{ alias: "*@old.example", rate: 0.1, kind: "drop" }];
  const first = hits(new FaultScript(faults, 1), ALIASES);
  expect(hits(new FaultScript(faults, 1), [...ALIASES].reverse()).reverse()).toEqual(first);
  expect(hits(new FaultScript(faults, 2), ALIASES)).not.toEqual(first);
});

test("A second fault by rate is drawn when the first of the same name is not", () => {
  const book = new FaultScript(
    [
      { alias: "*", rate: 0.8, kind: "status", status: 503 },
      { alias: "*", rate: 0.5, kind: "drop" },
    ],
    1,
  );
  const kinds = ALIASES.map((alias) => book.due({ aliasFor: "", alias }, 0, 1)?.fault.kind);
  const shareOf = (kind: string | undefined) => kinds.filter((found) => found === kind).length / MANY;
  expect([shareOf("status"), shareOf("drop"), shareOf(undefined)].map((share) => share.toFixed(1))).toEqual([
    "0.8",
    "0.1",
    "0.1",
  ]);
});

test("A fault with rate and times hits an address that many times and then no more", () => {
  const book = new FaultScript([{ alias: "*", rate: 0.5, times: 2, kind: "drop" }], 1);
  const item = { aliasFor: "", alias: "a@old.example" };
  let played = 0;
  for (let asked = 0; asked < 100; asked += 1) {
    const due = book.due(item, 0, 1);
    due?.consume();
    if (due !== undefined) played += 1;
  }
  expect(played).toBe(2);
});

test("A rehearsal with the same seed meets the same faults", async () => {
  const faults: Fault[] = [{ alias: "*", rate: 0.5, kind: "status", status: 503 }];
  const statusesWith = async (seed: number) => {
    const simulator = await simulatorFor({ faults, seed });
    const statuses = [];
    for (const alias of ALIASES.slice(0, 20)) {
      statuses.push((await call(simulator, bodyOf(pair(alias)))).status);
    }
    return statuses;
  };
  const first = await statusesWith(5);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await statusesWith(5)).toEqual(first);
  expect(await statusesWith(6)).not.toEqual(first);
});

test("A fault with after and for hits only in this time of the simulator's own clock", async () => {
  const clock = standingClock();
  clock.ms = 77_000;
  const simulator = await simulatorFor({
    clock,
    faults: [{ alias: "*", after: "10s", for: "2m", kind: "status", status: 503 }],
  });
  const statuses = [];
  for (const sinceStartMs of [0, 9_999, 10_000, 129_999, 130_000]) {
    clock.ms = 77_000 + sinceStartMs;
    statuses.push((await call(simulator, bodyOf(pair("a@old.example")))).status);
  }
  expect(statuses).toEqual([200, 200, 503, 503, 200]);
});

test("A fault without for lasts, one without after begins at once, and new faults count from the start too", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({
    clock,
    faults: [{ alias: "*", after: "500ms", kind: "status", status: 503 }],
  });
  const status = async () => (await call(simulator, bodyOf(pair("a@old.example")))).status;
  clock.ms = 3_600_000;
  expect(await status()).toBe(503);
  simulator.setFaults([{ alias: "*", for: "61m", kind: "status", status: 502 }]);
  expect(await status()).toBe(502);
  clock.ms = 3_660_000;
  expect(await status()).toBe(200);
});

test("The next fault of the same name follows one whose time is over", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({
    clock,
    faults: [
      { alias: "*", for: "1s", kind: "status", status: 503 },
      { alias: "*", times: 1, kind: "status", status: 500 },
    ],
  });
  const statuses = [];
  for (const ms of [0, 1000, 1000]) {
    clock.ms = ms;
    statuses.push((await call(simulator, bodyOf(pair("a@old.example")))).status);
  }
  expect(statuses).toEqual([503, 500, 200]);
});

test("A fault for the path of the token endpoint leaves calls alone", async () => {
  const simulator = await simulatorFor();
  const headers = { authorization: `Bearer ${await freshToken(simulator)}` };
  simulator.setFaults([{ path: "/oauth/token", times: 1, kind: "status", status: 503 }]);
  const ask = () => fetch(`${simulator.url}/oauth/token?x=1`, { method: "POST", body: tokenForm() });
  expect((await callWith(simulator, headers, bodyOf(pair("a@old.example")))).status).toBe(200);
  expect((await ask()).status).toBe(503);
  expect((await ask()).status).toBe(200);
  expect(simulator.counters.tokensIssued).toBe(2);
});

test("A fault for every path hits each request before anything else is checked", async () => {
  const simulator = await simulatorFor({
    clock: standingClock(),
    quota: { calls: 1, windowMs: 1000 },
    faults: [
      { path: "*", for: "180s", kind: "status", status: 503 },
      { alias: "*", kind: "status", status: 500 },
    ],
  });
  const statuses = [];
  for (const path of ["/oauth/token", "/api/user/update-alias", "/api/user/update-alias", "/unknown"]) {
    statuses.push((await fetch(simulator.url + path, { method: "POST", body: "{}" })).status);
  }
  statuses.push((await fetch(simulator.url)).status);
  expect(statuses).toEqual([503, 503, 503, 503, 503]);
  expect(simulator.counters).toMatchObject({ calls: 2, answered429: 0, tokensIssued: 0 });
});

test("An outage can close every connection", async () => {
  const simulator = await simulatorFor({ faults: [{ path: "*", kind: "drop" }] });
  await expect(freshToken(simulator)).rejects.toThrow();
  expect(simulator.counters.dropped).toBe(1);
});

test("A request that a path fault executes passes the usual checks", async () => {
  const path = "/api/user/update-alias";
  const simulator = await simulatorFor({ faults: [{ path, kind: "slow", ms: 1 }] });
  expect((await call(simulator, bodyOf(pair("a@old.example")))).status).toBe(200);
  expect((await call(simulator, bodyOf(pair("http-503@faults.example")))).status).toBe(503);
  expect((await callWith(simulator, {}, "{}")).status).toBe(401);
  simulator.setFaults([{ path, kind: "drop", executed: true }]);
  await expect(call(simulator, bodyOf(pair("b@old.example")))).rejects.toThrow();
  expect([...simulator.aliases.keys()]).toEqual(["a@old.example", "b@old.example"]);
});

test("The first due fault that matches a path counts", async () => {
  const simulator = await simulatorFor({
    faults: [
      { path: "/oauth/token", times: 1, kind: "status", status: 500 },
      { path: "*", times: 1, kind: "status", status: 502 },
    ],
  });
  const ask = async (path: string) => (await fetch(simulator.url + path, { method: "POST" })).status;
  expect([await ask("/oauth/token"), await ask("/oauth/token"), await ask("/oauth/token")]).toEqual([
    500, 502, 400,
  ]);
  expect([await ask("/else"), await ask("/else")]).toEqual([502, 404]);
});
