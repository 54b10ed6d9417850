import { connect } from "node:net";
import { expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { bodyOf, call, freshToken, pair, simulatorFor, UPDATE_ALIAS } from "./running-simulator.ts";

test("The simulator listens on loopback only, on a port of its own choice", async () => {
  const simulator = await simulatorFor();
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
  expect(simulator.port).toBeGreaterThan(0);
});

test("A port in use is an error that names the port and what to do", async () => {
  const { port } = await simulatorFor();
  await expect(startSimulator({ port })).rejects.toMatchObject({
    name: "RunError",
    kind: "usage",
    message: expect.stringMatching(new RegExp(`port ${port}: .*EADDRINUSE.*Choose another port`)),
  });
});

test("A port number out of range is a usage error", async () => {
  await expect(startSimulator({ port: 70_000 })).rejects.toMatchObject({ kind: "usage" });
});

test("close immediately ends a call that took effect and waits for its answer", async () => {
  const simulator = await simulatorFor({ latencyMs: 0 });
  simulator.setFaults([{ alias: "*", kind: "slow", ms: 3_600_000 }]);
  const waiting = expect(call(simulator, bodyOf(pair("a@old.example")))).rejects.toThrow();
  await expect.poll(() => simulator.aliases.size).toBe(1);
  await simulator.close();
  await waiting;
});

test("A closed simulator does not listen", async () => {
  const simulator = await simulatorFor();
  await simulator.close();
  await expect(fetch(simulator.url)).rejects.toThrow();
});

test("A path that is not simulated is 404", async () => {
  const simulator = await simulatorFor();
  expect((await call(simulator, "{}", "/api/user/unknown")).status).toBe(404);
  expect((await fetch(simulator.url)).status).toBe(404);
});

test("A GET of a call is 405 and sets nothing", async () => {
  const simulator = await simulatorFor();
  const response = await fetch(simulator.url + UPDATE_ALIAS);
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test("A body of more than 4 MB is refused", async () => {
  const simulator = await simulatorFor();
  const outcome = await call(simulator, " ".repeat(5 * 1024 * 1024)).then(
    (answered) => answered.status,
    () => "connection closed while sending",
  );
  expect([413, "connection closed while sending"]).toContain(outcome);
  expect(simulator.counters.byStatus.get(413)).toBe(1);
});

test("Latency holds back every answer", async () => {
  const simulator = await simulatorFor({ latencyMs: 50 });
  const started = performance.now();
  await fetch(simulator.url);
  // A timer may fire a millisecond early by the finer clock.
  expect(performance.now() - started).toBeGreaterThanOrEqual(49);
});

test("Latency with a spread holds back every answer by at least its lower end", async () => {
  const simulator = await simulatorFor({ latencyMs: { fromMs: 50, toMs: 60 } });
  const started = performance.now();
  await fetch(simulator.url);
  expect(performance.now() - started).toBeGreaterThanOrEqual(49);
  simulator.setLatency({ fromMs: 0, toMs: 0 });
  expect((await fetch(simulator.url)).status).toBe(404);
});

test("Latency can be changed while the simulator runs", async () => {
  const simulator = await simulatorFor({ latencyMs: 3_600_000 });
  simulator.setLatency(0);
  expect((await fetch(simulator.url)).status).toBe(404);
});

test("A request that breaks off in its body sets nothing and is counted as dropped", async () => {
  const simulator = await simulatorFor();
  const socket = connect(simulator.port, "127.0.0.1");
  const authorization = `Authorization: Bearer ${await freshToken(simulator)}`;
  socket.write(
    `POST ${UPDATE_ALIAS} HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Length: 100\r\n\r\n{`,
  );
  await expect.poll(() => simulator.counters.calls).toBe(1);
  socket.destroy();
  await expect.poll(() => simulator.counters.dropped).toBe(1);
  expect(simulator.aliases.size).toBe(0);
});

test("The simulator counts calls, tokens and statuses", async () => {
  const simulator = await simulatorFor();
  for (const name of ["a", "b", "c"]) await call(simulator, bodyOf(pair(`${name}@old.example`)));
  await call(simulator, "no JSON");
  const { calls, tokensIssued, answered429, dropped, byStatus } = simulator.counters;
  expect({ calls, tokensIssued, answered429, dropped }).toEqual({
    calls: 4,
    tokensIssued: 4,
    answered429: 0,
    dropped: 0,
  });
  expect([...byStatus]).toEqual([
    [200, 7],
    [400, 1],
  ]);
});

test("The simulator counts the most requests in flight at one time", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "slow-*@old.example", kind: "slow", ms: 3_600_000 }],
  });
  for (const name of ["a", "b", "c"]) await call(simulator, bodyOf(pair(`${name}@old.example`)));
  expect(simulator.counters.mostInFlight).toBe(1);
  const waiting = ["slow-1", "slow-2", "slow-3"].map((name) =>
    call(simulator, bodyOf(pair(`${name}@old.example`))).catch(() => "never answered"),
  );
  await expect.poll(() => simulator.counters.mostInFlight).toBe(3);
  await simulator.close();
  await Promise.all(waiting);
});

test("The simulator keeps received aliases only with the option record", async () => {
  const [silent, recording] = [await simulatorFor(), await simulatorFor({ record: true })];
  for (const simulator of [silent, recording]) {
    await call(simulator, bodyOf(pair("a@old.example"), pair("b@old.example")));
    await call(simulator, bodyOf(pair("forbidden@faults.example"), pair("C@old.example", "bob@new.example")));
  }
  expect(silent.received).toEqual([]);
  expect(recording.received.map(({ aliasFor, alias, call }) => [aliasFor, alias, call])).toEqual([
    ["ann@new.example", "a@old.example", 1],
    ["ann@new.example", "b@old.example", 1],
    ["bob@new.example", "C@old.example", 2],
  ]);
});
