import type { Clock } from "../domain/clock.ts";
import type { Timeline, TimelineSample } from "../engine/timeline.ts";

/** Looks at how the sending stands as often as the timeline can tell apart, until it is over. */
export async function recordTimeline(
  timeline: Timeline,
  state: () => TimelineSample,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await clock.sleep(timeline.bucketMs, over);
    timeline.sample(state(), clock.nowMs());
  }
}
