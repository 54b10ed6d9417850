import type { IncomingHttpHeaders } from "node:http";
import type { WaitHeader } from "../domain/long-wait.ts";
import type { RateLimitHeaders } from "../domain/response.ts";
import type { Sanitize } from "./sanitize.ts";

/** Longer waits are ignored: they are Unix timestamps, or seconds read as milliseconds. */
const MAX_WAIT_MS = 24 * 3_600_000;
/** Maximum length of a request id. A UUID has 36 characters. */
const MAX_REQUEST_ID_LENGTH = 100;
/** Response headers that may hold an id. None is documented; these are the request's own (D) and the customary one. */
const REQUEST_ID_HEADERS = ["x-request-id", "x-mc-req-id"] as const;

/** Returns the quota that the headers report (graded D and R), or undefined if they report none. */
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
 * Returns the minimum wait that the server requests: `Retry-After` in seconds or as a date (never seen from Mimecast),
 * and with a 429 the quota's reset, which is in milliseconds (D). Uses the longer of both and ignores absurd values. A
 * date is compared with the response's own `Date`, because this machine's clock may be off; without one, with `epochMs`.
 */
export function parseWait(
  headers: IncomingHttpHeaders,
  isRateLimited: boolean,
  epochMs: number,
): AnnouncedWait | undefined {
  const retryAfter = retryAfterMs(headers["retry-after"], parseServerTime(headers) ?? epochMs);
  const reset = isRateLimited ? quotaNumber(headers, "reset") : undefined;
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

/** Returns the `Date` header (RFC 9110, 6.6.1) in epoch ms, precise to the second. */
export function parseServerTime(headers: IncomingHttpHeaders): number | undefined {
  const epochMs = Date.parse(headers.date ?? "");
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Returns the id by which Mimecast's support can find the request: the response's, otherwise the one that was sent. */
export function parseRequestId(
  headers: IncomingHttpHeaders,
  sentId: string | undefined,
  sanitize: Sanitize,
): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const id = headers[name];
    if (typeof id === "string" && id.trim() !== "") return sanitize(id, MAX_REQUEST_ID_LENGTH);
  }
  return sentId;
}

/** Reads a quota header in either spelling: the documented one (D, R), or that of the 2.0 overview as a reviewer quotes it (C). */
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
