import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SIMULATOR_SETTINGS } from "./account.ts";

/** Allowed difference between a request's date and the simulator's clock, in either direction. */
const DATE_TOLERANCE_MS = 15 * 60_000;

/** Request ids kept to detect repeated ones: some minutes of calls at full speed, a few megabytes. */
const MAX_SEEN_IDS = 50_000;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** The keys that a signature needs besides the request. */
export interface SigningKeys {
  readonly appKey: string;
  readonly accessKey: string;
  /** Base64. */
  readonly secretKey: string;
}

/** Checks signed requests of API 1.0: every part of the signature, the date, and that no request id is repeated. */
export class Signatures {
  readonly #seenIds = new Set<string>();

  /** Returns true if the request is signed as documented. The id of an accepted request is then used up. */
  accept(path: string, headers: IncomingHttpHeaders, epochMs: number): boolean {
    const date = headers["x-mc-date"];
    const requestId = headers["x-mc-req-id"];
    if (typeof date !== "string" || typeof requestId !== "string") return false;
    if (headers["x-mc-app-id"] !== SIMULATOR_SETTINGS.appId) return false;
    if (!isCurrentDate(date, epochMs) || !isGuid(requestId)) return false;
    if (headers.authorization !== authorizationOf(SIMULATOR_SETTINGS, date, requestId, path)) return false;
    return this.#isFresh(requestId.toLowerCase());
  }

  #isFresh(requestId: string): boolean {
    if (this.#seenIds.has(requestId)) return false;
    this.#seenIds.add(requestId);
    if (this.#seenIds.size > MAX_SEEN_IDS) {
      for (const oldest of this.#seenIds) {
        this.#seenIds.delete(oldest);
        break;
      }
    }
    return true;
  }
}

/** Checks for exactly the form `Tue, 24 Nov 2015 12:50:11 UTC`, day name included and not GMT, and a current time. */
function isCurrentDate(text: string, epochMs: number): boolean {
  const dateMs = Date.parse(text);
  if (Number.isNaN(dateMs)) return false;
  if (new Date(dateMs).toUTCString().replace("GMT", "UTC") !== text) return false;
  return Math.abs(dateMs - epochMs) <= DATE_TOLERANCE_MS;
}

/** Returns the `Authorization` header that a request of API 1.0 must have. */
export function authorizationOf(keys: SigningKeys, date: string, requestId: string, path: string): string {
  const signed = `${date}:${requestId}:${path}:${keys.appKey}`;
  const signature = createHmac("sha1", Buffer.from(keys.secretKey, "base64")).update(signed).digest("base64");
  return `MC ${keys.accessKey}:${signature}`;
}
