import { describe, expect, it } from "vitest";
import { CircuitBreaker, DEFAULT_BREAKER, type FailedCall } from "../../src/engine/circuit-breaker.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A call that failed at `nowMs`, 100 ms after it was sent unless told otherwise. */
function unanswered(nowMs: number, more: Partial<FailedCall> = {}): FailedCall {
  return { kind: "no-response", sentAtMs: nowMs - 100, nowMs, ...more };
}

function refused(nowMs: number): FailedCall {
  return { kind: "access-denied", sentAtMs: nowMs - 100, nowMs };
}

function provenBreaker(): CircuitBreaker {
  const breaker = new CircuitBreaker(DEFAULT_BREAKER);
  breaker.recordSuccess();
  return breaker;
}

/** Probes as a run does, until it gives up or the time is over; says when it gave up. */
function givesUpAtMs(breaker: CircuitBreaker, fromMs: number, untilMs: number): number | undefined {
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs = Math.max(nowMs + SECOND_MS, breaker.nextProbeMs)) {
    if (breaker.recordFailure(unanswered(nowMs)) === "stop-unreachable") return nowMs;
  }
  return undefined;
}

describe("lanes", () => {
  it("begin with one, and all are let go by the first call that gets through", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect(breaker.probing).toBe(true);
    breaker.recordSuccess();
    expect(breaker.probing).toBe(false);
  });

  it("are one again after five calls in a row without effect, and not before", () => {
    const breaker = provenBreaker();
    for (const nowMs of [1, 2, 3, 4]) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    expect(breaker.probing).toBe(false);
    breaker.recordFailure(unanswered(5, { sentAtMs: 5 }));
    expect(breaker.probing).toBe(true);
  });

  it("stay open when 64 calls fail that left before the first failure was known", () => {
    const breaker = provenBreaker();
    for (let call = 0; call < 64; call += 1) breaker.recordFailure(unanswered(100 + call, { sentAtMs: 99 }));
    expect(breaker.probing).toBe(false);
    for (let call = 0; call < 3; call += 1) breaker.recordFailure(unanswered(200, { sentAtMs: 100 }));
    expect(breaker.probing).toBe(false);
    breaker.recordFailure(unanswered(200, { sentAtMs: 100 }));
    expect(breaker.probing).toBe(true);
  });

  it("all stay open while some calls get through", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < 100; nowMs += 1) {
      breaker.recordFailure(unanswered(nowMs));
      if (nowMs % 4 === 0) breaker.recordSuccess();
      expect(breaker.probing).toBe(false);
    }
  });

  it("are all open again as soon as a probe gets through", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < 10; nowMs += 1) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    expect(breaker.probing).toBe(true);
    breaker.recordSuccess();
    expect([breaker.probing, breaker.nextProbeMs]).toEqual([false, 0]);
  });
});

describe("probes", () => {
  it("come after pauses that double up to a ceiling", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    const pauses = Array.from({ length: 8 }, () => {
      const nowMs = breaker.nextProbeMs + 100;
      breaker.recordFailure(unanswered(nowMs));
      return breaker.nextProbeMs - nowMs;
    });
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it("are not sent before the wait that the server announced is over", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    breaker.recordFailure(unanswered(100, { announcedMs: 5000 }));
    expect(breaker.nextProbeMs).toBe(5100);
  });

  it("keep to their ceiling after thousands of probes", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    for (let probe = 0; probe < 5000; probe += 1)
      breaker.recordFailure(unanswered(breaker.nextProbeMs + 100));
    const nowMs = breaker.nextProbeMs;
    breaker.recordFailure(unanswered(nowMs));
    expect(breaker.nextProbeMs).toBe(nowMs + 15_000);
  });

  it("come half a second after 100 ms without an answer, however many calls were in flight", () => {
    const breaker = provenBreaker();
    for (let call = 0; call < 1_000; call += 1)
      breaker.recordFailure(unanswered(call / 10, { sentAtMs: call / 10 - 5 }));
    expect(breaker.probing).toBe(true);
    expect(breaker.nextProbeMs).toBeLessThanOrEqual(100 + 500);
  });
});

describe("the run gives up as Mimecast can't be reached", () => {
  it("after 30 seconds before the first success", () => {
    expect(givesUpAtMs(new CircuitBreaker(DEFAULT_BREAKER), 100, HOUR_MS)).toSatisfy(
      (atMs: number) => atMs >= 30 * SECOND_MS && atMs <= 46 * SECOND_MS,
    );
  });

  it("at the first call's time-out already, if that took 30 seconds", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect(breaker.recordFailure(unanswered(30_000, { sentAtMs: 0 }))).toBe("stop-unreachable");
  });

  it("after 15 minutes later on, not sooner, and counted from the last success", () => {
    const breaker = provenBreaker();
    expect(givesUpAtMs(breaker, 0, 14 * MINUTE_MS)).toBeUndefined();
    breaker.recordSuccess();
    const fromMs = 14.5 * MINUTE_MS;
    expect(givesUpAtMs(breaker, fromMs, 2 * HOUR_MS)).toSatisfy(
      (atMs: number) => atMs - fromMs >= 15 * MINUTE_MS && atMs - fromMs <= 15.5 * MINUTE_MS,
    );
  });

  it("not while a longer wait that the server announced is not over", () => {
    const breaker = provenBreaker();
    for (const nowMs of [0, 1, 2, 3]) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    const announced = unanswered(16 * MINUTE_MS, { sentAtMs: 4, announcedMs: 20 * MINUTE_MS });
    expect(breaker.recordFailure(announced)).toBe("continue");
    expect(breaker.nextProbeMs).toBe(36 * MINUTE_MS);
  });

  it("although it announced waits, if these are short and nothing ever comes of them", () => {
    const breaker = provenBreaker();
    let verdict = "continue";
    for (let nowMs = 0; nowMs <= 15 * MINUTE_MS; nowMs += 5 * SECOND_MS) {
      verdict = breaker.recordFailure(unanswered(nowMs, { announcedMs: 5 * SECOND_MS }));
    }
    expect(verdict).toBe("stop-unreachable");
  });

  it("not because of one call that hung for long while others got through", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(unanswered(HOUR_MS, { sentAtMs: 0 }))).toBe("continue");
  });
});

describe("a laptop that slept for hours gets its full patience after waking", () => {
  it("if a call was in flight as it fell asleep", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(unanswered(8 * HOUR_MS, { sentAtMs: 0 }))).toBe("continue");
    const fromMs = 8 * HOUR_MS + SECOND_MS;
    expect(givesUpAtMs(breaker, fromMs, fromMs + 14 * MINUTE_MS)).toBeUndefined();
  });

  it("if it fell asleep between two probes of an outage", () => {
    const breaker = provenBreaker();
    expect(givesUpAtMs(breaker, 0, 10 * MINUTE_MS)).toBeUndefined();
    const fromMs = 8 * HOUR_MS;
    expect(givesUpAtMs(breaker, fromMs, fromMs + 14 * MINUTE_MS)).toBeUndefined();
    expect(givesUpAtMs(breaker, fromMs + 14.1 * MINUTE_MS, 9 * HOUR_MS)).toBeDefined();
  });
});

describe("nothing was tried for", () => {
  const rules = { ...DEFAULT_BREAKER, giveUpAfterMs: MINUTE_MS };
  const PROBE_MS = rules.probeBaseMs;

  it.each([
    ["a minute after the next probe was due: the outage goes on", MINUTE_MS, "stop-unreachable"],
    ["longer: the run must have slept, and an outage begins", MINUTE_MS + 1, "continue"],
  ])("%s", (_title, afterMs, verdict) => {
    const breaker = new CircuitBreaker(rules);
    breaker.recordSuccess();
    breaker.recordFailure(unanswered(0));
    expect(breaker.recordFailure(unanswered(PROBE_MS + afterMs + 100))).toBe(verdict);
  });
});

describe("a server's announced wait", () => {
  it.each([
    [MINUTE_MS, "stop-unreachable"],
    [MINUTE_MS + 1, "continue"],
  ])(
    "of %i ms is waited out only where it is longer than the patience of a minute",
    (announcedMs, verdict) => {
      const breaker = new CircuitBreaker({ ...DEFAULT_BREAKER, giveUpAtStartAfterMs: MINUTE_MS });
      expect(breaker.recordFailure(unanswered(MINUTE_MS, { sentAtMs: 0, announcedMs }))).toBe(verdict);
    },
  );
});

describe("the run gives up as the account is refused", () => {
  it("after three refusals before the first success", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect([1, 2, 3].map((nowMs) => breaker.recordFailure(refused(nowMs)))).toEqual([
      "continue",
      "continue",
      "stop-access-denied",
    ]);
  });

  it("after a minute of refusals later on, however many there are", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < MINUTE_MS; nowMs += SECOND_MS) {
      expect(breaker.recordFailure(refused(nowMs))).toBe("continue");
    }
    expect(breaker.recordFailure(refused(MINUTE_MS))).toBe("stop-access-denied");
  });

  it("not if a call got through in between", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < HOUR_MS; nowMs += 59 * SECOND_MS) {
      breaker.recordSuccess();
      expect(breaker.recordFailure(refused(nowMs))).toBe("continue");
      expect(breaker.recordFailure(refused(nowMs + 58 * SECOND_MS))).toBe("continue");
    }
  });

  it("not if a call without an answer came in between, or the run has slept", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(refused(0))).toBe("continue");
    expect(breaker.recordFailure(unanswered(30 * SECOND_MS))).toBe("continue");
    expect(breaker.recordFailure(refused(MINUTE_MS + 1))).toBe("continue");
    expect(breaker.recordFailure(refused(8 * HOUR_MS))).toBe("continue");
  });

  it("not by calls without an answer, which are no refusals", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    for (const nowMs of [100, 200, 300, 400, 500])
      expect(breaker.recordFailure(unanswered(nowMs))).toBe("continue");
  });
});
