import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdaptiveConcurrency } from "../../src/engine/adaptive-concurrency.ts";

/** A service that answers so many calls at once; each round is as many calls as there are lanes. */
class Rounds {
  readonly lanes: AdaptiveConcurrency;
  nowMs = 0;

  constructor(most: number) {
    this.lanes = new AdaptiveConcurrency(most);
  }

  /** Whole rounds, of answers that all took so long and of which so large a share was trouble. */
  pass(count: number, latencyMs: number, troubledShare = 0): number {
    for (let round = 0; round < count; round += 1) {
      const calls = Math.max(8, this.lanes.limit);
      const sentAtMs = this.nowMs;
      this.nowMs += latencyMs;
      for (let call = 0; call < calls; call += 1) {
        this.lanes.record({ sentAtMs, arrivedAtMs: this.nowMs }, call < calls * troubledShare);
      }
    }
    return this.lanes.limit;
  }
}

describe("the concurrency limit", () => {
  it("the limit stays at its maximum while all calls succeed", () => {
    expect(new Rounds(64).pass(50, 200)).toBe(64);
  });

  it("the limit falls on 429s, time-outs and server errors, and recovers afterwards", () => {
    const rounds = new Rounds(64);
    expect(rounds.pass(1, 200, 1)).toBe(38);
    expect(rounds.pass(1, 200, 0.5)).toBe(22);
    expect(rounds.pass(1, 200)).toBe(24);
    expect(rounds.pass(12, 200)).toBe(64);
  });

  it("the limit never falls below its lower bound", () => {
    expect(new Rounds(64).pass(100, 200, 1)).toBe(8);
    expect(new Rounds(1).pass(100, 200, 1)).toBe(1);
  });

  it("single server errors do not lower the limit", () => {
    expect(new Rounds(64).pass(100, 200, 0.1)).toBe(64);
  });

  it("a round with a fifth of failed calls lowers the limit", () => {
    expect(new Rounds(20).pass(1, 200, 0.15)).toBe(20);
    expect(new Rounds(20).pass(1, 200, 0.2)).toBe(12);
    const some = new Rounds(20);
    some.pass(1, 200, 0.15);
    expect(some.lanes.baselineLatencyMs).toBe(200);
    const rounds = new Rounds(20);
    expect(rounds.pass(1, 200, 1)).toBe(12);
    expect(rounds.lanes.baselineLatencyMs).toBeUndefined();
  });

  it("a decision needs at least eight calls, even with fewer lanes", () => {
    const lanes = new AdaptiveConcurrency(2);
    for (let call = 0; call < 7; call += 1) lanes.record({ sentAtMs: 0, arrivedAtMs: 100 }, true);
    expect(lanes.limit).toBe(2);
    lanes.record({ sentAtMs: 0, arrivedAtMs: 100 }, true);
    expect(lanes.limit).toBe(1);
  });

  it("calls sent before the last decision do not lower the limit again", () => {
    const lanes = new AdaptiveConcurrency(10);
    for (let call = 0; call < 10; call += 1) lanes.record({ sentAtMs: 0, arrivedAtMs: 500 }, true);
    expect(lanes.limit).toBe(6);
    for (let call = 0; call < 100; call += 1) lanes.record({ sentAtMs: 499, arrivedAtMs: 900 }, true);
    expect(lanes.limit).toBe(6);
  });

  it("a latency several times above the baseline lowers the limit until it recovers", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 200);
    expect(rounds.pass(1, 2_000)).toBe(38);
    expect(rounds.pass(1, 2_000)).toBe(22);
    expect(rounds.pass(20, 210)).toBe(64);
  });

  it("the limit recovers once a slow service is the new baseline", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 200);
    rounds.pass(10, 2_000);
    expect(rounds.lanes.limit).toBeLessThan(64);
    expect(rounds.pass(200, 2_000)).toBe(64);
  });

  it("a small increase in latency does not lower the limit, whatever the factor", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 1);
    expect(rounds.pass(20, 40)).toBe(64);
  });

  it.each([
    [100, 600, 601],
    [1_000, 3_000, 3_001],
  ])(
    "from a baseline of %i ms the limit holds at %i ms and falls at %i ms",
    (usualMs, stillMs, tooLongMs) => {
      for (const [latencyMs, lanes] of [
        [stillMs, 64],
        [tooLongMs, 38],
      ] as const) {
        const rounds = new Rounds(64);
        rounds.pass(3, usualMs);
        expect(rounds.pass(1, latencyMs)).toBe(lanes);
      }
    },
  );

  it("the baseline follows a faster service quickly and a slower one slowly", () => {
    const usualAfter = (...latenciesMs: readonly number[]) => {
      const rounds = new Rounds(16);
      for (const latencyMs of latenciesMs) rounds.pass(1, latencyMs);
      return rounds.lanes.baselineLatencyMs;
    };
    expect(usualAfter(100, 50)).toBeCloseTo(85);
    expect(usualAfter(100, 200)).toBeCloseTo(102);
  });

  it("the baseline latency is the usual latency of a call", () => {
    const rounds = new Rounds(16);
    expect(rounds.lanes.baselineLatencyMs).toBeUndefined();
    rounds.pass(3, 180);
    expect(rounds.lanes.baselineLatencyMs).toBe(180);
    rounds.pass(50, 90);
    expect(rounds.lanes.baselineLatencyMs).toBeCloseTo(90, 0);
  });

  it("the limit always stays between an eighth of its maximum and the maximum", () => {
    const call = fc.record({ latencyMs: fc.nat(60_000), gapMs: fc.nat(1_000), isTroubled: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.array(call, { maxLength: 500 }), (most, calls) => {
        const lanes = new AdaptiveConcurrency(most);
        let nowMs = 0;
        for (const { latencyMs, gapMs, isTroubled } of calls) {
          nowMs += gapMs;
          lanes.record({ sentAtMs: nowMs - latencyMs, arrivedAtMs: nowMs }, isTroubled);
          expect(lanes.limit).toBeLessThanOrEqual(most);
          expect(lanes.limit).toBeGreaterThanOrEqual(Math.max(1, Math.floor(most / 8)));
        }
      }),
    );
  });
});
