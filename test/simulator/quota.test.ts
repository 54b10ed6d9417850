import { expect, test } from "vitest";
import type { Simulator } from "../../src/simulator/simulator.ts";
import {
  type Answered,
  bodyOf,
  callWith,
  freshToken,
  pair,
  simulatorFor,
  standingClock,
} from "./running-simulator.ts";

const QUOTA = { calls: 3, windowMs: 5000 };

async function caller(simulator: Simulator) {
  const headers = { authorization: `Bearer ${await freshToken(simulator)}` };
  return (alias: string) => callWith(simulator, headers, bodyOf(pair(alias)));
}

function quotaOf({ headers }: Answered) {
  const values = ["Limit", "Remaining", "Reset"].map((name) => headers.get(`X-RateLimit-${name}`));
  return values.map((value) => (value === null ? null : Number(value)));
}

test("No answer has quota headers if there is no quota", async () => {
  const simulator = await simulatorFor();
  const send = await caller(simulator);
  expect(quotaOf(await send("a@old.example"))).toEqual([null, null, null]);
});

test("Each answer has the limit, the calls left and the milliseconds until the window ends", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock, quota: QUOTA });
  const send = await caller(simulator);
  expect(quotaOf(await send("a@old.example"))).toEqual([3, 2, 5000]);
  clock.ms = 1000.5;
  expect(quotaOf(await send("b@old.example"))).toEqual([3, 1, 4000]);
});

test("A call over the quota is answered 429 in plain text and not executed", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock, quota: QUOTA });
  const send = await caller(simulator);
  for (const name of ["a", "b", "c"]) await send(`${name}@old.example`);
  clock.ms = 4999;
  const refused = await send("d@old.example");
  expect([refused.status, refused.text]).toEqual([429, "Too Many Requests"]);
  expect(refused.headers.get("content-type")).toMatch("text/plain");
  expect(quotaOf(refused)).toEqual([3, 0, 1]);
  expect(simulator.aliases.has("d@old.example")).toBe(false);
  expect(simulator.counters).toMatchObject({ calls: 4, answered429: 1 });
});

test("A new window begins with the first call after the last one's end, not with the clock", async () => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock, quota: QUOTA });
  const send = await caller(simulator);
  await send("a@old.example");
  clock.ms = 7200;
  expect(quotaOf(await send("b@old.example"))).toEqual([3, 2, 5000]);
});

test("Calls that fail count, also those to unknown paths and with a wrong token", async () => {
  const simulator = await simulatorFor({ clock: standingClock(), quota: QUOTA });
  const send = await caller(simulator);
  await send("forbidden@faults.example");
  await callWith(simulator, { authorization: "Bearer made-up" }, "{}");
  await callWith(simulator, {}, "{}", "/api/unknown");
  expect((await send("a@old.example")).status).toBe(429);
});

test("A token request does not use the quota", async () => {
  const simulator = await simulatorFor({ clock: standingClock(), quota: QUOTA });
  for (let asked = 0; asked < 5; asked += 1) await freshToken(simulator);
  const send = await caller(simulator);
  expect(quotaOf(await send("a@old.example"))).toEqual([3, 2, 5000]);
});

test("The quota can be changed and removed while the simulator runs", async () => {
  const simulator = await simulatorFor({ clock: standingClock(), quota: { calls: 1, windowMs: 60_000 } });
  const send = await caller(simulator);
  await send("a@old.example");
  expect((await send("b@old.example")).status).toBe(429);
  simulator.setQuota({ calls: 9, windowMs: 1000 });
  expect(quotaOf(await send("b@old.example"))).toEqual([9, 8, 1000]);
  simulator.setQuota(undefined);
  expect(quotaOf(await send("b@old.example"))).toEqual([null, null, null]);
});

test("A call counts in the window in which it arrives, not in which it is answered", async () => {
  const simulator = await simulatorFor({ clock: standingClock(), quota: QUOTA, latencyMs: 5 });
  const send = await caller(simulator);
  const answers = await Promise.all(["a", "b", "c", "d", "e"].map((name) => send(`${name}@old.example`)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(simulator.aliases.size).toBe(3);
});

test("Background calls use the quota once in each interval", async () => {
  const clock = standingClock();
  const quota = { calls: 20, windowMs: 60_000 };
  const simulator = await simulatorFor({ clock, quota, others: { calls: 3, everyMs: 1000 } });
  const send = await caller(simulator);
  expect((await send("a@old.example")).headers.get("X-RateLimit-Remaining")).toBe("19");
  clock.ms = 1000;
  expect((await send("b@old.example")).headers.get("X-RateLimit-Remaining")).toBe("15");
  clock.ms = 3000;
  expect((await send("c@old.example")).headers.get("X-RateLimit-Remaining")).toBe("8");
  clock.ms = 20_000;
  const refused = await send("d@old.example");
  expect([refused.status, refused.headers.get("X-RateLimit-Remaining")]).toEqual([429, "0"]);
  expect(simulator.counters).toMatchObject({ calls: 4, answered429: 1 });
});

test("Background calls can change while the simulator runs, and continue after a change of the quota", async () => {
  const clock = standingClock();
  const quota = { calls: 20, windowMs: 60_000 };
  const simulator = await simulatorFor({ clock, quota });
  const send = await caller(simulator);
  await send("a@old.example");
  simulator.setOthers({ calls: 5, everyMs: 1000 });
  clock.ms = 1000;
  expect((await send("b@old.example")).headers.get("X-RateLimit-Remaining")).toBe("13");
  simulator.setQuota({ calls: 50, windowMs: 60_000 });
  clock.ms = 2000;
  expect((await send("c@old.example")).headers.get("X-RateLimit-Remaining")).toBe("44");
  simulator.setOthers(undefined);
  clock.ms = 9000;
  expect((await send("d@old.example")).headers.get("X-RateLimit-Remaining")).toBe("43");
});

test("Background calls have no effect if there is no quota", async () => {
  const simulator = await simulatorFor({ others: { calls: 5, everyMs: 1 } });
  simulator.setOthers({ calls: 6, everyMs: 1 });
  const send = await caller(simulator);
  expect((await send("a@old.example")).status).toBe(200);
});

test.each([
  ["later", 300, [5300, 301]],
  ["earlier", -300, [4700, 0]],
])("A skew reports the window's end %s than it is", async (_when, windowSkewMs, told) => {
  const clock = standingClock();
  const simulator = await simulatorFor({ clock, quota: { calls: 1, windowMs: 5000 }, windowSkewMs });
  const send = await caller(simulator);
  const first = await send("a@old.example");
  clock.ms = 4999;
  const refused = await send("b@old.example");
  expect([first, refused].map((answered) => Number(answered.headers.get("X-RateLimit-Reset")))).toEqual(told);
  expect(refused.status).toBe(429);
  clock.ms = 5000;
  expect((await send("b@old.example")).status).toBe(200);
});
