import { z } from "zod";
import type { AttemptResult } from "../domain/response.ts";
import { jsonBody } from "./envelope.ts";
import type { HttpResponse, HttpResult } from "./http.ts";
import { type AnnouncedWait, parseWait } from "./response-headers.ts";
import type { Sanitize } from "./sanitize.ts";

export type TokenResponse =
  | { readonly kind: "token"; readonly token: string; readonly lifetimeMs: number }
  | TokenFailure;

/** The reason why a token is missing. The row was not sent, so its result is one of these two. */
export interface TokenFailure {
  readonly kind: "none";
  readonly answer: Extract<AttemptResult, { kind: "access-denied" | "not-executed" }>;
  readonly wait?: AnnouncedWait | undefined;
}

/** Lifetime if `expires_in` is implausible: the API says 1799 (C). A wrong guess costs one renewal. */
const ASSUMED_LIFETIME_MS = 5 * 60_000;
const MIN_LIFETIME_MS = 1_000;
const MAX_LIFETIME_MS = 24 * 3_600_000;
const MAX_CODE_LENGTH = 100;
const MAX_DETAIL_LENGTH = 200;

/** A token that fits into a header. Servers reject a longer one with 431, and the row would fail permanently. */
const token = z
  .string()
  .max(8_000)
  .regex(/^[\x21-\x7e]+$/);
/** RFC 6749, 5.1; `expires_in` is only recommended there. */
const issued = z.object({ access_token: token, expires_in: z.unknown().optional() });
const text = z.string().min(1).optional().catch(undefined);
/** RFC 6749, 5.2, or the gateway's flat fail (C). */
const refusal = z.object({
  error: text,
  error_description: text,
  fail: z
    .array(z.object({ code: text, message: text }))
    .optional()
    .catch(undefined),
});

/**
 * Classifies the response of the token endpoint (graded C). 400, 401 and 403 mean access denied. Without a token for any
 * other reason, the row is not sent and can be tried again.
 */
export function classifyToken(http: HttpResult, sanitize: Sanitize, epochMs: number): TokenResponse {
  if (http.kind !== "answered") return notIssued(http.code, sanitize(`no access token: ${http.message}`));
  const { status } = http;
  const parsed = jsonBody(http.body);
  const body = parsed.kind === "json" ? parsed.json : undefined;
  if (status >= 200 && status < 300) {
    const { success, data } = issued.safeParse(body);
    if (success) return { kind: "token", token: data.access_token, lifetimeMs: lifetimeMs(data.expires_in) };
    return notIssued("invalid_response", "the token endpoint's answer has no access_token");
  }
  if (status === 400 || status === 401 || status === 403) return denied(http, body, sanitize);
  const wait = parseWait(http.headers, status === 429, epochMs);
  return notIssued(`http_${status}`, `the token endpoint answered ${status}`, wait);
}

function denied({ status }: HttpResponse, body: unknown, sanitize: Sanitize): TokenFailure {
  const read = refusal.safeParse(body);
  const { error, error_description: description, fail } = read.success ? read.data : {};
  const code = error ?? fail?.[0]?.code;
  const details = sanitize(
    [code, description ?? fail?.[0]?.message].filter((word) => word !== undefined).join(": "),
    MAX_DETAIL_LENGTH,
  );
  const message = `the token endpoint rejected the credentials (HTTP ${status})${details === "" ? "" : `: ${details}`}`;
  const failure = {
    code: code === undefined ? "invalid_credentials" : sanitize(code, MAX_CODE_LENGTH),
    message,
    retryable: false,
  };
  return { kind: "none", answer: { kind: "access-denied", failure } };
}

function notIssued(code: string, message: string, wait?: AnnouncedWait): TokenFailure {
  return {
    kind: "none",
    answer: { kind: "not-executed", failure: { code, message, retryable: true } },
    wait,
  };
}

function lifetimeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === "string" && expiresIn.trim() !== "" ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== "number" || !(seconds * 1000 >= MIN_LIFETIME_MS)) return ASSUMED_LIFETIME_MS;
  return Math.min(seconds * 1000, MAX_LIFETIME_MS);
}
