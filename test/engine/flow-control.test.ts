import { describe, expect, it } from "vitest";
import type { LongWait, WaitHeader } from "../../src/domain/long-wait.ts";
import { AdaptiveConcurrency } from "../../src/engine/adaptive-concurrency.ts";
import { AdaptiveRate } from "../../src/engine/adaptive-rate.ts";
import { CircuitBreaker, DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { FlowControl, Permits } from "../../src/engine/flow-control.ts";
import { LongWaits } from "../../src/engine/long-waits.ts";
import { QuotaGovernor } from "../../src/engine/quota.ts";
import { Shutdown, StoppedError } from "../../src/engine/shutdown.ts";
import { OwnClock, settled } from "./own-clock.ts";

const FAILURE = { code: "http_429", message: "the quota is used up", retryable: true } as const;

function trafficOn(clock: OwnClock) {
  const shutdown = new Shutdown();
  const waits: LongWait[] = [];
  const flowControl = new FlowControl({
    governor: new QuotaGovernor({ reservePercent: 10 }),
    breaker: new CircuitBreaker(DEFAULT_BREAKER),
    adaptive: new AdaptiveConcurrency(16),
    clock,
    shutdown,
    permission: "Things | Read",
    hooks: { waiting: (wait) => void waits.push(wait) },
  });
  const passed = () =>
    flowControl.record(
      { status: 200, sentAtMs: clock.nowMs(), arrivedAtMs: clock.nowMs() },
      { kind: "passed" },
    );
  const throttled = (waitMs?: number) =>
    flowControl.record(
      {
        status: 429,
        sentAtMs: clock.nowMs(),
        arrivedAtMs: clock.nowMs(),
        ...(waitMs === undefined ? {} : { waitMs }),
      },
      { kind: "not-executed", failure: FAILURE },
    );
  /** How long the next call is held back, to a second. */
  const heldForMs = async (): Promise<number> => {
    let isFree = false;
    void flowControl.acquire().then(() => {
      isFree = true;
    });
    await settled();
    for (let ms = 0; ; ms += 1_000) {
      if (isFree) return ms;
      await clock.pass(1_000);
    }
  };
  return { shutdown, flowControl, waits, passed, throttled, heldForMs };
}

describe("calls answered 429", () => {
  it("a 429 delays all calls for as long as the server asks", async () => {
    const { flowControl, throttled, heldForMs } = trafficOn(new OwnClock());
    throttled(4_000);
    expect(await heldForMs()).toBe(4_000);
    expect(flowControl.counts).toMatchObject({ rateLimited: 1, failedCalls: 0 });
  });

  it("the first 429 waits exactly as long as the server asks, and no probe is sent before", async () => {
    const clock = new OwnClock();
    const { flowControl, throttled } = trafficOn(clock);
    throttled(5);
    let isFree = false;
    void flowControl.acquire().then(() => {
      isFree = true;
    });
    await clock.pass(4);
    expect(isFree).toBe(false);
    await clock.pass(1);
    expect(isFree).toBe(true);
    throttled(60_000);
    expect(flowControl.nextProbeMs).toBe(60_005);
  });

  it("repeated 429s back off longer each time if the server asks for no wait or too short a one", async () => {
    for (const told of [undefined, 5]) {
      const { throttled, heldForMs, passed } = trafficOn(new OwnClock());
      passed();
      const waits: number[] = [];
      for (let time = 0; time < 6; time += 1) {
        throttled(told);
        waits.push(await heldForMs());
      }
      // A wait of 5 ms is believed once.
      expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
      passed();
      throttled(told);
      expect(await heldForMs()).toBe(1_000);
    }
  });

  it("a success resets the 429 backoff, even if an older 429 arrives afterwards", async () => {
    const clock = new OwnClock();
    const { flowControl, passed, throttled } = trafficOn(clock);
    throttled();
    await clock.pass(900);
    passed();
    flowControl.record(
      { status: 429, sentAtMs: 0, arrivedAtMs: 900 },
      { kind: "not-executed", failure: FAILURE },
    );
    let isFree = false;
    void flowControl.acquire().then(() => {
      isFree = true;
    });
    await clock.pass(999);
    expect(isFree).toBe(false);
    await clock.pass(1);
    expect(isFree).toBe(true);
  });

  it("concurrent 429s count once", async () => {
    const { throttled, heldForMs } = trafficOn(new OwnClock());
    for (let call = 0; call < 16; call += 1) throttled(3_000);
    expect(await heldForMs()).toBe(3_000);
  });
});

describe("the lanes", () => {
  it("one lane is open until the first success, and fewer are open while the service struggles", async () => {
    const clock = new OwnClock();
    const { flowControl, passed } = trafficOn(clock);
    expect(flowControl.concurrency).toBe(1);
    passed();
    expect(flowControl.concurrency).toBe(16);
    const failure = { code: "http_503", message: "busy", retryable: true } as const;
    for (let call = 0; call < 16; call += 1) {
      const trace = { status: 503, sentAtMs: 0, arrivedAtMs: 0 };
      flowControl.record(trace, { kind: "indeterminate", failure });
    }
    // The breaker is first: nothing got through at all.
    expect(flowControl.concurrency).toBe(1);
    passed();
    expect(flowControl.concurrency).toBe(9);
    expect(flowControl.counts.byStatus).toEqual(
      new Map([
        [200, 2],
        [503, 16],
      ]),
    );
  });
});

it.each([
  ["indeterminate", 9],
  ["not-executed", 9],
  ["transient", 16],
  ["access-denied", 16],
] as const)("after a round of %s calls and one success, %i of 16 lanes are open", (kind, lanes) => {
  const { flowControl, passed } = trafficOn(new OwnClock());
  for (let call = 0; call < 16; call += 1) passed();
  expect(flowControl.concurrency).toBe(16);
  const failure = { code: "some_code", message: "some words", retryable: true } as const;
  for (let call = 0; call < 16; call += 1)
    flowControl.record({ status: 500, sentAtMs: 0, arrivedAtMs: 0 }, { kind, failure });
  passed();
  expect(flowControl.concurrency).toBe(lanes);
});

it("the time in which calls waited for the quota is counted", async () => {
  const clock = new OwnClock();
  const { flowControl, throttled, heldForMs } = trafficOn(clock);
  expect(flowControl.quotaWaitMs).toBe(0);
  throttled(4_000);
  await heldForMs();
  expect(flowControl.quotaWaitMs).toBe(4_000);
});

it("calls are counted when they are sent, and failed calls by reason", () => {
  const { flowControl, throttled } = trafficOn(new OwnClock());
  flowControl.countSend();
  flowControl.countSend();
  throttled();
  const failure = { code: "connection_refused", message: "no connection", retryable: true } as const;
  flowControl.record({ sentAtMs: 0, arrivedAtMs: 0 }, { kind: "not-executed", failure });
  expect(flowControl.counts).toEqual({
    calls: 2,
    rateLimited: 1,
    failedCalls: 1,
    byStatus: new Map([[429, 1]]),
  });
});

it.each([
  ["indeterminate", "some_code", /the network, the proxy and the base URL/],
  ["transient", "some_code", /the application's id and keys/],
  ["transient", "http_404", /in front of Mimecast.*MIMECAST_BASE_URL/],
  ["not-executed", "http_429", /Other integrations use the account's whole quota/],
] as const)(
  "an unreachable Mimecast stops the run with advice on what to check: %s, %s",
  (kind, code, advice) => {
    const clock = new OwnClock();
    const { shutdown, flowControl } = trafficOn(clock);
    const failure = { code, message: "some words", retryable: true } as const;
    flowControl.record(
      { sentAtMs: -DEFAULT_BREAKER.giveUpAtStartAfterMs, arrivedAtMs: 0 },
      { kind, failure },
    );
    expect(shutdown.reasons).toEqual([
      { kind: "unreachable", message: expect.stringContaining(`${code}: some words`) },
    ]);
    expect(shutdown.reasons[0]?.message).toMatch(advice);
    // Once is enough.
    flowControl.record(
      { sentAtMs: -DEFAULT_BREAKER.giveUpAtStartAfterMs, arrivedAtMs: 0 },
      { kind, failure },
    );
    expect(shutdown.reasons).toHaveLength(1);
  },
);

it("access denied from the start stops the run and names the permission to check", () => {
  const { shutdown, flowControl } = trafficOn(new OwnClock());
  const failure = { code: "app_forbidden", message: "no", retryable: false } as const;
  for (let call = 0; call < 3; call += 1) {
    expect(shutdown.reasons).toHaveLength(0);
    flowControl.record({ status: 403, sentAtMs: 0, arrivedAtMs: 0 }, { kind: "access-denied", failure });
  }
  expect(shutdown.reasons).toMatchObject([{ kind: "refused" }]);
  expect(shutdown.reasons[0]?.message).toContain("Things | Read");
});

it("a server's wait of more than 30 s is announced once for all calls in flight", async () => {
  const clock = new OwnClock();
  const { flowControl, waits } = trafficOn(clock);
  const failure = { code: "http_503", message: "busy", retryable: true } as const;
  const asked = (waitMs: number, waitHeader?: WaitHeader) =>
    flowControl.record(
      {
        status: 503,
        sentAtMs: 0,
        arrivedAtMs: 0,
        waitMs,
        ...(waitHeader === undefined ? {} : { waitHeader }),
      },
      { kind: "indeterminate", failure },
    );
  asked(30_000);
  for (let call = 0; call < 16; call += 1) asked(60_000 + call, "X-RateLimit-Reset");
  asked(70_001);
  expect(waits).toEqual([
    { waitMs: 60_000, endEpochMs: 60_000, source: "X-RateLimit-Reset" },
    { waitMs: 70_001, endEpochMs: 70_001, source: "Retry-After" },
  ]);
});

function threeASecond() {
  const clock = new OwnClock();
  const shutdown = new Shutdown();
  const governor = new QuotaGovernor({ reservePercent: 0, maxRatePerSecond: 3 });
  const rate = new AdaptiveRate();
  const waits: LongWait[] = [];
  const longWaits = new LongWaits(clock, { waiting: (wait) => void waits.push(wait) });
  const permits = new Permits(governor, rate, longWaits, clock, shutdown);
  const given: number[] = [];
  const refused: unknown[] = [];
  const ask = (count: number): void => {
    for (let asked = 0; asked < count; asked += 1) {
      permits.acquire().then(
        () => given.push(clock.nowMs()),
        (error: unknown) => refused.push(error),
      );
    }
  };
  return { clock, shutdown, rate, governor, waits, permits, given, refused, ask };
}

describe("permits", () => {
  it("permits are given immediately while the quota lasts, then as it renews", async () => {
    const { clock, given, ask } = threeASecond();
    ask(7);
    await settled();
    expect(given).toEqual([0, 0, 0]);
    await clock.pass(999);
    expect(given).toHaveLength(3);
    await clock.pass(1);
    expect(given).toEqual([0, 0, 0, 1000, 1000, 1000]);
    await clock.pass(1000);
    expect(given).toHaveLength(7);
  });

  it("a stopped run gives no permits, and waiting callers get an error and leave no timer", async () => {
    const { clock, shutdown, given, refused, ask } = threeASecond();
    ask(5);
    await settled();
    shutdown.drainNow({ kind: "deadline", message: "" });
    ask(1);
    await settled();
    expect(given).toHaveLength(3);
    expect(refused).toHaveLength(3);
    expect(refused.every((error) => error instanceof StoppedError)).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it("refused permits do not count in the quota", async () => {
    const { shutdown, refused, ask, permits, clock } = threeASecond();
    shutdown.drainNow({ kind: "deadline", message: "" });
    ask(10);
    await settled();
    expect(refused).toHaveLength(10);
    expect(permits.waitedMs).toBe(0);
    expect(clock.sleeping).toBe(0);
  });
});

describe("permits while the service answers 503 above a rate", () => {
  /** Two calls a second get through, and two do not. */
  function limited() {
    const parts = threeASecond();
    for (let nowMs = -5_000; nowMs <= 0; nowMs += 250)
      parts.rate.record({ sentAtMs: nowMs, arrivedAtMs: nowMs }, nowMs % 500 !== 0);
    return parts;
  }

  it("permits are given at the rate, and that delay does not count as a wait for the quota", async () => {
    const { clock, given, ask, permits } = limited();
    ask(4);
    for (let ms = 0; ms < 2_000; ms += 10) await clock.pass(10);
    expect(given).toHaveLength(4);
    for (const [index, atMs] of given.slice(1).entries())
      expect(atMs - (given[index] ?? 0)).toBeGreaterThanOrEqual(400);
    expect(permits.waitedMs).toBe(0);
  });

  it("a stopped run gives no permits at a limited rate", async () => {
    const { clock, refused, ask, shutdown } = limited();
    ask(4);
    await settled();
    shutdown.drainNow({ kind: "deadline", message: "" });
    await settled();
    expect(refused).toHaveLength(3);
    expect(clock.sleeping).toBe(0);
  });
});

describe("the time that calls were held back", () => {
  it("the quota wait is zero while no call waits", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(3);
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(0);
  });

  it("the quota wait counts once for all waiting lanes, and while they wait", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(6);
    await clock.pass(400);
    expect(permits.waitedMs).toBe(400);
    await clock.pass(600);
    expect(permits.waitedMs).toBe(1000);
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(1000);
    ask(5);
    await clock.pass(400);
    expect(permits.waitedMs).toBe(1400);
    await clock.pass(600);
    expect(permits.waitedMs).toBe(2000);
  });

  it("the quota wait begins with the first waiting lane", async () => {
    const { clock, permits, ask } = threeASecond();
    ask(4);
    await clock.pass(300);
    ask(1);
    await clock.pass(700);
    expect(permits.waitedMs).toBe(1000);
  });

  it("the quota wait ends when the run is stopped", async () => {
    const { clock, shutdown, permits, ask } = threeASecond();
    ask(4);
    await clock.pass(300);
    shutdown.abortNow();
    await settled();
    await clock.pass(5000);
    expect(permits.waitedMs).toBe(300);
  });
});

describe("a wait for the quota", () => {
  it("a quota wait of more than 30 s is announced once, with its end and source; a shorter one is not", async () => {
    const { clock, governor, ask, waits } = threeASecond();
    await clock.pass(7_000);
    governor.pauseUntil(clock.nowMs() + 30_000);
    ask(2);
    await settled();
    expect(waits).toEqual([]);
    governor.pauseUntil(clock.nowMs() + 30_001);
    ask(2);
    await settled();
    expect(waits).toEqual([{ waitMs: 30_001, endEpochMs: 37_001, source: "quota" }]);
  });
});
