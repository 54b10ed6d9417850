import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketMsFor, MAX_BUCKETS, Timeline, type TimelineSample } from "../../src/engine/timeline.ts";

const NOTHING: TimelineSample = {
  applied: 0,
  failed: 0,
  unknown: 0,
  calls: 0,
  retries: 0,
  rateLimited: 0,
  failedCalls: 0,
  quotaWaitMs: 0,
  waiting: 0,
};

const HOUR_MS = 3_600_000;

describe("the timeline of a run", () => {
  it("the timeline is empty before the first sample", () => {
    expect(new Timeline(1_000).buckets).toEqual([]);
  });

  it("each bucket has the increase of each counter and the maximum of waiting rows", () => {
    const timeline = new Timeline(1_000);
    timeline.sample({ ...NOTHING, applied: 3, calls: 5, waiting: 2 }, 1_100);
    timeline.sample({ ...NOTHING, applied: 4, calls: 6, waiting: 1 }, 1_250);
    timeline.sample({ ...NOTHING, applied: 9, calls: 11, failed: 1 }, 1_900);
    expect(timeline.buckets).toEqual([
      { ...NOTHING, applied: 4, calls: 6, waiting: 2 },
      NOTHING,
      NOTHING,
      { ...NOTHING, applied: 5, calls: 5, failed: 1 },
    ]);
  });

  it("pairs of buckets are merged when there are too many, and counts stay at their time", () => {
    const timeline = new Timeline(0);
    let applied = 0;
    for (let look = 1; look <= MAX_BUCKETS; look += 1) {
      applied += look;
      timeline.sample({ ...NOTHING, applied }, look * 250 - 1);
    }
    const before = timeline.buckets.map((bucket) => bucket.applied);
    expect(before).toEqual(Array.from({ length: MAX_BUCKETS }, (_, index) => index + 1));
    timeline.sample({ ...NOTHING, applied }, MAX_BUCKETS * 250);
    expect(timeline.bucketMs).toBe(500);
    const after = timeline.buckets.map((bucket) => bucket.applied);
    expect(after).toEqual(Array.from({ length: MAX_BUCKETS / 2 }, (_, index) => 4 * index + 3));
  });

  it("the timeline of a run of days stays bounded and loses no count", () => {
    const timeline = new Timeline(0);
    for (let atMs = 0; atMs <= 72 * HOUR_MS; atMs += HOUR_MS / 4) {
      timeline.sample({ ...NOTHING, applied: atMs / 100, waiting: atMs === 5 * HOUR_MS ? 70 : 1 }, atMs);
    }
    expect(timeline.buckets.length).toBeLessThanOrEqual(MAX_BUCKETS);
    expect(timeline.buckets.length).toBeGreaterThan(MAX_BUCKETS / 4);
    expect(timeline.buckets.reduce((sum, { applied }) => sum + applied, 0)).toBe((72 * HOUR_MS) / 100);
    expect(Math.max(...timeline.buckets.map(({ waiting }) => waiting))).toBe(70);
  });

  it("a clock that goes back does not change earlier buckets", () => {
    const timeline = new Timeline(0);
    timeline.sample({ ...NOTHING, applied: 1 }, 1_000);
    timeline.sample({ ...NOTHING, applied: 3 }, 200);
    expect(timeline.buckets.map(({ applied }) => applied)).toEqual([0, 0, 0, 3]);
  });

  it("every change is counted exactly once, whenever samples are taken", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 * HOUR_MS }), fc.nat(1_000)), { maxLength: 60 }),
        (looks) => {
          const timeline = new Timeline(0);
          let atMs = 0;
          let applied = 0;
          for (const [waitMs, more] of looks) {
            atMs += waitMs;
            applied += more;
            timeline.sample({ ...NOTHING, applied }, atMs);
          }
          const { buckets, bucketMs } = timeline;
          expect(bucketMs).toBe(bucketMsFor(atMs));
          expect(buckets.length).toBeLessThanOrEqual(MAX_BUCKETS);
          expect(buckets.reduce((sum, bucket) => sum + bucket.applied, 0)).toBe(applied);
          if (looks.length > 0) expect(buckets.length).toBe(Math.max(1, Math.ceil(atMs / bucketMs)));
        },
      ),
    );
  });

  it.each([
    [0, 250],
    [59_999, 250],
    [60_000, 500],
    [72 * HOUR_MS, 250 * 2 ** 13],
  ])("a time span of %i ms has buckets of %i ms", (spanMs, bucketMs) => {
    expect(bucketMsFor(spanMs)).toBe(bucketMs);
  });
});
