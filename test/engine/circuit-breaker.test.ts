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
  it("the first success opens all lanes; before it there is one", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect(breaker.probing).toBe(true);
    breaker.recordSuccess();
    expect(breaker.probing).toBe(false);
  });

  it("five consecutive failed calls leave one lane, four do not", () => {
    const breaker = provenBreaker();
    for (const nowMs of [1, 2, 3, 4]) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    expect(breaker.probing).toBe(false);
    breaker.recordFailure(unanswered(5, { sentAtMs: 5 }));
    expect(breaker.probing).toBe(true);
  });

  it("64 failures of calls sent before the first failure was known leave all lanes open", () => {
    const breaker = provenBreaker();
    for (let call = 0; call < 64; call += 1) breaker.recordFailure(unanswered(100 + call, { sentAtMs: 99 }));
    expect(breaker.probing).toBe(false);
    for (let call = 0; call < 3; call += 1) breaker.recordFailure(unanswered(200, { sentAtMs: 100 }));
    expect(breaker.probing).toBe(false);
    breaker.recordFailure(unanswered(200, { sentAtMs: 100 }));
    expect(breaker.probing).toBe(true);
  });

  it("all lanes stay open while some calls succeed", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < 100; nowMs += 1) {
      breaker.recordFailure(unanswered(nowMs));
      if (nowMs % 4 === 0) breaker.recordSuccess();
      expect(breaker.probing).toBe(false);
    }
  });

  it("a successful probe opens all lanes", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < 10; nowMs += 1) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    expect(breaker.probing).toBe(true);
    breaker.recordSuccess();
    expect([breaker.probing, breaker.nextProbeMs]).toEqual([false, 0]);
  });
});

describe("probes", () => {
  it("pauses between probes double up to a ceiling", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    const pauses = Array.from({ length: 8 }, () => {
      const nowMs = breaker.nextProbeMs + 100;
      breaker.recordFailure(unanswered(nowMs));
      return breaker.nextProbeMs - nowMs;
    });
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it("no probe is sent before the end of the wait that the server asked for", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    breaker.recordFailure(unanswered(100, { announcedMs: 5000 }));
    expect(breaker.nextProbeMs).toBe(5100);
  });

  it("the pause stays at its ceiling after thousands of probes", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    for (let probe = 0; probe < 5000; probe += 1)
      breaker.recordFailure(unanswered(breaker.nextProbeMs + 100));
    const nowMs = breaker.nextProbeMs;
    breaker.recordFailure(unanswered(nowMs));
    expect(breaker.nextProbeMs).toBe(nowMs + 15_000);
  });

  it("after 100 ms without an answer the first probe comes half a second later, however many calls were in flight", () => {
    const breaker = provenBreaker();
    for (let call = 0; call < 1_000; call += 1)
      breaker.recordFailure(unanswered(call / 10, { sentAtMs: call / 10 - 5 }));
    expect(breaker.probing).toBe(true);
    expect(breaker.nextProbeMs).toBeLessThanOrEqual(100 + 500);
  });
});

describe("the run gives up as Mimecast can't be reached", () => {
  it("gives up after 30 seconds without a first success", () => {
    expect(givesUpAtMs(new CircuitBreaker(DEFAULT_BREAKER), 100, HOUR_MS)).toSatisfy(
      (atMs: number) => atMs >= 30 * SECOND_MS && atMs <= 46 * SECOND_MS,
    );
  });

  it("gives up at the first call's time-out if it took 30 seconds", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect(breaker.recordFailure(unanswered(30_000, { sentAtMs: 0 }))).toBe("stop-unreachable");
  });

  it("gives up 15 minutes after the last success, and not sooner", () => {
    const breaker = provenBreaker();
    expect(givesUpAtMs(breaker, 0, 14 * MINUTE_MS)).toBeUndefined();
    breaker.recordSuccess();
    const fromMs = 14.5 * MINUTE_MS;
    expect(givesUpAtMs(breaker, fromMs, 2 * HOUR_MS)).toSatisfy(
      (atMs: number) => atMs - fromMs >= 15 * MINUTE_MS && atMs - fromMs <= 15.5 * MINUTE_MS,
    );
  });

  it("does not give up during a longer wait that the server asked for", () => {
    const breaker = provenBreaker();
    for (const nowMs of [0, 1, 2, 3]) breaker.recordFailure(unanswered(nowMs, { sentAtMs: nowMs }));
    const announced = unanswered(16 * MINUTE_MS, { sentAtMs: 4, announcedMs: 20 * MINUTE_MS });
    expect(breaker.recordFailure(announced)).toBe("continue");
    expect(breaker.nextProbeMs).toBe(36 * MINUTE_MS);
  });

  it("gives up if the server keeps asking for short waits and never succeeds", () => {
    const breaker = provenBreaker();
    let verdict = "continue";
    for (let nowMs = 0; nowMs <= 15 * MINUTE_MS; nowMs += 5 * SECOND_MS) {
      verdict = breaker.recordFailure(unanswered(nowMs, { announcedMs: 5 * SECOND_MS }));
    }
    expect(verdict).toBe("stop-unreachable");
  });

  it("does not give up because of one call that hangs while others succeed", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(unanswered(HOUR_MS, { sentAtMs: 0 }))).toBe("continue");
  });
});

describe("a laptop that slept for hours gets its full patience after waking", () => {
  it("an outage starts again after a suspend with a call in flight", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(unanswered(8 * HOUR_MS, { sentAtMs: 0 }))).toBe("continue");
    const fromMs = 8 * HOUR_MS + SECOND_MS;
    expect(givesUpAtMs(breaker, fromMs, fromMs + 14 * MINUTE_MS)).toBeUndefined();
  });

  it("an outage starts again after a suspend between two probes", () => {
    const breaker = provenBreaker();
    expect(givesUpAtMs(breaker, 0, 10 * MINUTE_MS)).toBeUndefined();
    const fromMs = 8 * HOUR_MS;
    expect(givesUpAtMs(breaker, fromMs, fromMs + 14 * MINUTE_MS)).toBeUndefined();
    expect(givesUpAtMs(breaker, fromMs + 14.1 * MINUTE_MS, 9 * HOUR_MS)).toBeDefined();
  });
});

describe("time without attempts", () => {
  const rules = { ...DEFAULT_BREAKER, giveUpAfterMs: MINUTE_MS };
  const PROBE_MS = rules.probeBaseMs;

  it.each([
    ["the outage continues if the next attempt is at most a minute late", MINUTE_MS, "stop-unreachable"],
    ["a new outage starts if the next attempt is later than that", MINUTE_MS + 1, "continue"],
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
    "an announced wait of %i ms delays giving up only if it is longer than the limit of a minute",
    (announcedMs, verdict) => {
      const breaker = new CircuitBreaker({ ...DEFAULT_BREAKER, giveUpAtStartAfterMs: MINUTE_MS });
      expect(breaker.recordFailure(unanswered(MINUTE_MS, { sentAtMs: 0, announcedMs }))).toBe(verdict);
    },
  );
});

describe("the run gives up as the account is refused", () => {
  it("gives up after three denials before the first success", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    expect([1, 2, 3].map((nowMs) => breaker.recordFailure(refused(nowMs)))).toEqual([
      "continue",
      "continue",
      "stop-access-denied",
    ]);
  });

  it("gives up after a minute of denials later, however many there are", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < MINUTE_MS; nowMs += SECOND_MS) {
      expect(breaker.recordFailure(refused(nowMs))).toBe("continue");
    }
    expect(breaker.recordFailure(refused(MINUTE_MS))).toBe("stop-access-denied");
  });

  it("does not give up if a call succeeded between the denials", () => {
    const breaker = provenBreaker();
    for (let nowMs = 0; nowMs < HOUR_MS; nowMs += 59 * SECOND_MS) {
      breaker.recordSuccess();
      expect(breaker.recordFailure(refused(nowMs))).toBe("continue");
      expect(breaker.recordFailure(refused(nowMs + 58 * SECOND_MS))).toBe("continue");
    }
  });

  it("does not give up if a call had no answer between the denials, or the machine was suspended", () => {
    const breaker = provenBreaker();
    expect(breaker.recordFailure(refused(0))).toBe("continue");
    expect(breaker.recordFailure(unanswered(30 * SECOND_MS))).toBe("continue");
    expect(breaker.recordFailure(refused(MINUTE_MS + 1))).toBe("continue");
    expect(breaker.recordFailure(refused(8 * HOUR_MS))).toBe("continue");
  });

  it("does not count calls without an answer as denials", () => {
    const breaker = new CircuitBreaker(DEFAULT_BREAKER);
    for (const nowMs of [100, 200, 300, 400, 500])
      expect(breaker.recordFailure(unanswered(nowMs))).toBe("continue");
  });
});
