import { duration } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import type { Talk } from "./console.ts";

/** Logs a long wait with its end and its source. */
export function logWait(talk: Talk, { waitMs, endEpochMs, source }: LongWait): void {
  const until = new Date(endEpochMs).toISOString();
  const span = `${duration(waitMs)}, until ${until}`;
  const line =
    source === "quota"
      ? `The quota is used up: waiting ${span}`
      : `The server asked for a wait of ${span} (${source})`;
  talk.log.info({ waitMs: Math.round(waitMs), until, source }, line);
}
