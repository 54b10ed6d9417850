import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Sanitizer } from "./sanitize.ts";
import { classifyToken, type TokenFailure } from "./token-response.ts";

/** One access token. Compare tokens by identity: a renewal may return the same value again. */
interface Token {
  readonly value: string;
}

export interface TokenCache {
  /**
   * Returns the current token. Fetches one if it is missing or about to expire; concurrent callers share one
   * request. Never rejects.
   */
  get(signal: AbortSignal): Promise<{ readonly kind: "token"; readonly token: Token } | TokenFailure>;
  /** Discards a token that Mimecast reported as expired. Further calls for the same token do nothing. */
  invalidate(token: Token): void;
}

export interface TokenCacheParts {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly url: URL;
  readonly http: Http;
  readonly clock: Clock;
  readonly secrets: Sanitizer;
}

/** A token is renewed this long before it expires, or at half its lifetime if that is shorter than twice this. */
const RENEWAL_MARGIN_MS = 60_000;
/** Pause after a failed renewal while the old token is still valid. */
const RENEWAL_PAUSE_MS = 5_000;

interface Held {
  readonly token: Token;
  readonly expiresAtMs: number;
  renewAtMs: number;
}

/** Creates a cache for OAuth 2.0 client credentials (graded C: clients agree): form-encoded, `{access_token, expires_in: 1799}`. */
export function createTokenCache(parts: TokenCacheParts): TokenCache {
  const { clock, http, secrets, url } = parts;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: parts.clientId,
    client_secret: parts.clientSecret,
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  // A renewal serves all callers, so no single caller can abort it; the time-out bounds it.
  const never = new AbortController().signal;
  let held: Held | undefined;
  let renewal: Promise<TokenResult> | undefined;

  const renew = async (): Promise<TokenResult> => {
    const sentAtMs = clock.nowMs();
    const answer = classifyToken(
      await http.post(url, headers, form, never),
      secrets.sanitize,
      clock.epochMs(),
    );
    if (answer.kind === "token") {
      const marginMs = Math.min(RENEWAL_MARGIN_MS, answer.lifetimeMs / 2);
      const expiresAtMs = sentAtMs + answer.lifetimeMs;
      held = { token: { value: answer.token }, expiresAtMs, renewAtMs: expiresAtMs - marginMs };
      secrets.add(answer.token);
      return { kind: "token", token: held.token };
    }
    if (held === undefined || clock.nowMs() >= held.expiresAtMs) return answer;
    held.renewAtMs = clock.nowMs() + RENEWAL_PAUSE_MS;
    return { kind: "token", token: held.token };
  };

  return {
    async get(signal) {
      if (held !== undefined && clock.nowMs() < held.renewAtMs) return { kind: "token", token: held.token };
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      return await unlessAborted(renewal, signal, http);
    },
    invalidate(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

type TokenResult = { readonly kind: "token"; readonly token: Token } | TokenFailure;

function unlessAborted(renewal: Promise<TokenResult>, signal: AbortSignal, http: Http): Promise<TokenResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve(ABORTED);
      return;
    }
    const stopListening = http.abortListeners.add(signal, () => resolve(ABORTED));
    renewal.finally(stopListening).then(resolve, reject);
  });
}

const ABORTED: TokenFailure = {
  kind: "none",
  answer: {
    kind: "not-executed",
    failure: { code: "interrupted", message: "the run ended before the call was sent", retryable: true },
  },
};
