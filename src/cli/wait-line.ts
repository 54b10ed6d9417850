import { formatDuration } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { Console } from "./console.ts";

/** Logs a long wait with its end and its source. */
export function logWait(console: Console, { waitMs, endEpochMs, source }: LongWait): void {
  const until = new Date(endEpochMs).toISOString();
  const span = `${formatDuration(waitMs)}, until ${until}`;
  const line =
    source === "quota"
      ? `The quota is used up: waiting ${span}`
      : `The server asked for a wait of ${span} (${source})`;
  console.log.info({ waitMs: Math.round(waitMs), until, source }, line);
}
