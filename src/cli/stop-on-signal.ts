import type { StopSignal } from "../domain/stop-reason.ts";
import type { Stop } from "../engine/stop.ts";
import type { Talk } from "./talk.ts";

/** The first signal ends a run in order; the second does not wait for the calls in flight. */
export function stopOnSignal(signal: StopSignal, stop: Stop, talk: Talk): void {
  const isSecond = stop.reasons.some((reason) => reason.kind === "signal");
  if (isSecond) {
    stop.abandon();
    talk.say(`${signal} again: the calls in flight are given up`);
    return;
  }
  stop.stop({ kind: "signal", signal, message: `by ${signal}` });
  talk.say(`${signal}: finishing the calls in flight; once more gives them up`);
}
