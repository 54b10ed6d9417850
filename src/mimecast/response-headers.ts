import type { IncomingHttpHeaders } from "node:http";
import type { WaitHeader } from "../domain/long-wait.ts";
import type { RateLimitHeaders } from "../domain/response.ts";
import type { Sanitize } from "./sanitize.ts";

/** No wait longer than this is believed: it would be an epoch, or seconds taken for milliseconds. */
const MAX_WAIT_MS = 24 * 3_600_000;
/** A UUID has 36. */
const MAX_REQUEST_ID_LENGTH = 100;
/** No response header with an id is documented; these are the request's own (D) and the customary one. */
const REQUEST_ID_HEADERS = ["x-request-id", "x-mc-req-id"] as const;

/** The quota as the answer tells it (graded D and R), or undefined where it tells nothing. */
export function parseQuota(headers: IncomingHttpHeaders): RateLimitHeaders | undefined {
  const limit = quotaNumber(headers, "limit");
  const remaining = quotaNumber(headers, "remaining");
  const resetMs = quotaNumber(headers, "reset");
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

/**
 * Returns the least wait that the server asked for: `Retry-After` in seconds or as a date (never seen from Mimecast),
 * and with a 429 the quota's reset, which is in milliseconds (D). The longer of both; absurd values are ignored. A date
 * is read against the answer's own `Date`, because this machine's clock may be off; without one against `epochMs`.
 */
export function parseWait(
  headers: IncomingHttpHeaders,
  isThrottled: boolean,
  epochMs: number,
): AnnouncedWait | undefined {
  const retryAfter = retryAfterMs(headers["retry-after"], parseServerTime(headers) ?? epochMs);
  const reset = isThrottled ? quotaNumber(headers, "reset") : undefined;
  const waits: readonly { readonly waitMs: number | undefined; readonly waitHeader: WaitHeader }[] = [
    { waitMs: retryAfter, waitHeader: "Retry-After" },
    { waitMs: reset, waitHeader: "X-RateLimit-Reset" },
  ];
  let longest: AnnouncedWait | undefined;
  for (const { waitMs, waitHeader } of waits) {
    if (waitMs === undefined || !isPlausible(waitMs)) continue;
    if (longest === undefined || waitMs > longest.waitMs) longest = { waitMs, waitHeader };
  }
  return longest;
}

export interface AnnouncedWait {
  readonly waitMs: number;
  readonly waitHeader: WaitHeader;
}

/** The `Date` header (RFC 9110, 6.6.1): to the second. */
export function parseServerTime(headers: IncomingHttpHeaders): number | undefined {
  const epochMs = Date.parse(headers.date ?? "");
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** The id under which the request can be found: the answer's, else the one that was sent with it. */
export function parseRequestId(
  headers: IncomingHttpHeaders,
  sentId: string | undefined,
  said: Sanitize,
): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const id = headers[name];
    if (typeof id === "string" && id.trim() !== "") return said(id, MAX_REQUEST_ID_LENGTH);
  }
  return sentId;
}

/** Both spellings: the documented one (D, R), and the one of the 2.0 overview as a reviewer quotes it (C). */
function quotaNumber(
  headers: IncomingHttpHeaders,
  field: "limit" | "remaining" | "reset",
): number | undefined {
  return numberIn(headers[`x-ratelimit-${field}`]) ?? numberIn(headers[`x-rate-limit-${field}`]);
}

function retryAfterMs(header: string | undefined, epochMs: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = numberIn(header);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - epochMs);
}

function isPlausible(waitMs: number): boolean {
  return waitMs >= 0 && waitMs <= MAX_WAIT_MS;
}

function numberIn(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\s*-?\d+(?:\.\d+)?\s*$/.test(header) ? Number(header) : undefined;
}
