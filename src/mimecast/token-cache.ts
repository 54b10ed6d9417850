import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Sanitizer } from "./sanitize.ts";
import { classifyToken, type TokenFailure } from "./token-response.ts";

/** One access token. Two are told apart by identity: a renewal may bring the same value again. */
interface Token {
  readonly value: string;
}

export interface TokenCache {
  /**
   * The token to use now, fetched where there is none or the one at hand is about to expire. However many
   * callers meet that, one request is made. Never rejects.
   */
  get(signal: AbortSignal): Promise<{ readonly kind: "token"; readonly token: Token } | TokenFailure>;
  /** Mimecast called this token expired. Of the callers that say so of one token, the first counts. */
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

/** So long before its end a token is renewed, or at half of a life that is shorter than twice this. */
const RENEWAL_MARGIN_MS = 60_000;
/** After a renewal that failed while the old token is still good. */
const RENEWAL_PAUSE_MS = 5_000;

interface Held {
  readonly token: Token;
  readonly expiresAtMs: number;
  renewAtMs: number;
}

/** OAuth 2.0 client credentials (graded C: agreeing clients): form-encoded, `{access_token, expires_in: 1799}`. */
export function createTokenCache(parts: TokenCacheParts): TokenCache {
  const { clock, http, secrets, url } = parts;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: parts.clientId,
    client_secret: parts.clientSecret,
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  // A renewal serves all callers, so no single one of them can end it; the time-out bounds it.
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
    const forget = http.abortListeners.add(signal, () => resolve(ABORTED));
    renewal.finally(forget).then(resolve, reject);
  });
}

const ABORTED: TokenFailure = {
  kind: "none",
  answer: {
    kind: "not-executed",
    failure: { code: "interrupted", message: "the run ended before the call was sent", retryable: true },
  },
};
