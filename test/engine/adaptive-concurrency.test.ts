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

describe("the number of lanes", () => {
  it("is the most that is allowed as long as all is well", () => {
    expect(new Rounds(64).pass(50, 200)).toBe(64);
  });

  it("falls while calls are throttled, time out or meet server errors, and climbs back when that is over", () => {
    const rounds = new Rounds(64);
    expect(rounds.pass(1, 200, 1)).toBe(38);
    expect(rounds.pass(1, 200, 0.5)).toBe(22);
    expect(rounds.pass(1, 200)).toBe(24);
    expect(rounds.pass(12, 200)).toBe(64);
  });

  it("never falls so far that the run stands still", () => {
    expect(new Rounds(64).pass(100, 200, 1)).toBe(8);
    expect(new Rounds(1).pass(100, 200, 1)).toBe(1);
  });

  it("does not fall for single server errors, as healthy services have them too", () => {
    expect(new Rounds(64).pass(100, 200, 0.1)).toBe(64);
  });

  it("falls where a fifth of a round is trouble, be there answers to the rest or not", () => {
    expect(new Rounds(20).pass(1, 200, 0.15)).toBe(20);
    expect(new Rounds(20).pass(1, 200, 0.2)).toBe(12);
    const some = new Rounds(20);
    some.pass(1, 200, 0.15);
    expect(some.lanes.baselineLatencyMs).toBe(200);
    const rounds = new Rounds(20);
    expect(rounds.pass(1, 200, 1)).toBe(12);
    expect(rounds.lanes.baselineLatencyMs).toBeUndefined();
  });

  it("rests on eight answers at least, however few lanes there are", () => {
    const lanes = new AdaptiveConcurrency(2);
    for (let call = 0; call < 7; call += 1) lanes.record({ sentAtMs: 0, arrivedAtMs: 100 }, true);
    expect(lanes.limit).toBe(2);
    lanes.record({ sentAtMs: 0, arrivedAtMs: 100 }, true);
    expect(lanes.limit).toBe(1);
  });

  it("falls once for one bad moment: calls that left before it say nothing new", () => {
    const lanes = new AdaptiveConcurrency(10);
    for (let call = 0; call < 10; call += 1) lanes.record({ sentAtMs: 0, arrivedAtMs: 500 }, true);
    expect(lanes.limit).toBe(6);
    for (let call = 0; call < 100; call += 1) lanes.record({ sentAtMs: 499, arrivedAtMs: 900 }, true);
    expect(lanes.limit).toBe(6);
  });

  it("falls when answers get several times slower than usual, and climbs back as they recover", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 200);
    expect(rounds.pass(1, 2_000)).toBe(38);
    expect(rounds.pass(1, 2_000)).toBe(22);
    expect(rounds.pass(20, 210)).toBe(64);
  });

  it("climbs back when slow has become usual: fewer lanes did not help", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 200);
    rounds.pass(10, 2_000);
    expect(rounds.lanes.limit).toBeLessThan(64);
    expect(rounds.pass(200, 2_000)).toBe(64);
  });

  it("takes no notice of answers that are slower by little, however many times that is", () => {
    const rounds = new Rounds(64);
    rounds.pass(5, 1);
    expect(rounds.pass(20, 40)).toBe(64);
  });

  it.each([
    [100, 600, 601],
    [1_000, 3_000, 3_001],
  ])(
    "falls where answers that take %i ms take more than half a second and three times longer: %i, %i",
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

  it("takes a faster service for the usual one soon, and a slower one late", () => {
    const usualAfter = (...latenciesMs: readonly number[]) => {
      const rounds = new Rounds(16);
      for (const latencyMs of latenciesMs) rounds.pass(1, latencyMs);
      return rounds.lanes.baselineLatencyMs;
    };
    expect(usualAfter(100, 50)).toBeCloseTo(85);
    expect(usualAfter(100, 200)).toBeCloseTo(102);
  });

  it("knows how long an answer usually takes", () => {
    const rounds = new Rounds(16);
    expect(rounds.lanes.baselineLatencyMs).toBeUndefined();
    rounds.pass(3, 180);
    expect(rounds.lanes.baselineLatencyMs).toBe(180);
    rounds.pass(50, 90);
    expect(rounds.lanes.baselineLatencyMs).toBeCloseTo(90, 0);
  });

  it("is between an eighth of the most and the most, whatever comes", () => {
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
