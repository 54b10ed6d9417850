import { createHmac } from "node:crypto";

export interface SigningKeys {
  readonly appId: string;
  readonly appKey: string;
  readonly accessKey: string;
  /** Base64. */
  readonly secretKey: string;
}

export interface Signable {
  /** The path of the request's URI, as it is sent. */
  readonly path: string;
  /** A fresh GUID for every request. */
  readonly requestId: string;
  readonly epochMs: number;
}

/**
 * Returns the headers of a signed request of API 1.0 (graded D: official documentation; the test vector is public).
 * The body is not signed. Call it again for every attempt: the signature contains the time.
 */
export function signedHeaders(keys: SigningKeys, request: Signable): Record<string, string> {
  const date = mimecastDate(request.epochMs);
  const signed = `${date}:${request.requestId}:${request.path}:${keys.appKey}`;
  const secret = Buffer.from(keys.secretKey, "base64");
  const signature = createHmac("sha1", secret).update(signed).digest("base64");
  return {
    authorization: `MC ${keys.accessKey}:${signature}`,
    "x-mc-app-id": keys.appId,
    "x-mc-date": date,
    "x-mc-req-id": request.requestId,
  };
}

/** Formats a time as `Tue, 24 Nov 2015 12:50:11 UTC`. Mimecast rejects JavaScript's form, which ends in GMT (graded R). */
function mimecastDate(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace(/GMT$/, "UTC");
}
