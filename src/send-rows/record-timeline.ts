import type { Clock } from "../domain/clock.ts";
import type { Timeline, TimelineState } from "../engine/timeline.ts";

/** Looks at how the sending stands as often as the timeline can tell apart, until it is over. */
export async function keepTimeline(
  timeline: Timeline,
  state: () => TimelineState,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await clock.sleep(timeline.bucketMs, over);
    timeline.observe(state(), clock.nowMs());
  }
}
