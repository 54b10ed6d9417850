import type { Clock } from "../domain/clock.ts";
import type { Timeline, TimelineSample } from "../engine/timeline.ts";

/** Samples the counters once per bucket of the timeline, until `done` aborts. */
export async function recordTimeline(
  timeline: Timeline,
  counts: () => TimelineSample,
  clock: Clock,
  done: AbortSignal,
): Promise<void> {
  while (!done.aborted) {
    await clock.sleep(timeline.bucketMs, done);
    timeline.sample(counts(), clock.nowMs());
  }
}
