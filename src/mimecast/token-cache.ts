import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Secrets } from "./sanitize.ts";
import { judgeToken, type NoToken } from "./token-response.ts";

/** One access token. Two are told apart by identity: a renewal may bring the same value again. */
interface Token {
  readonly value: string;
}

export interface Tokens {
  /**
   * The token to use now, fetched where there is none or the one at hand is about to expire. However many
   * callers meet that, one request is made. Never rejects.
   */
  get(signal: AbortSignal): Promise<{ readonly kind: "token"; readonly token: Token } | NoToken>;
  /** Mimecast called this token expired. Of the callers that say so of one token, the first counts. */
  expired(token: Token): void;
}

export interface TokenParts {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly url: URL;
  readonly http: Http;
  readonly clock: Clock;
  readonly secrets: Secrets;
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
export function createTokens(parts: TokenParts): Tokens {
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
    const answer = judgeToken(await http.post(url, headers, form, never), secrets.said, clock.epochMs());
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
      return await unlessAbandoned(renewal, signal, http);
    },
    expired(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

type TokenResult = { readonly kind: "token"; readonly token: Token } | NoToken;

function unlessAbandoned(
  renewal: Promise<TokenResult>,
  signal: AbortSignal,
  http: Http,
): Promise<TokenResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve(ABANDONED);
      return;
    }
    const forget = http.abandonment.watch(signal, () => resolve(ABANDONED));
    renewal.finally(forget).then(resolve, reject);
  });
}

const ABANDONED: NoToken = {
  kind: "none",
  answer: {
    kind: "not-executed",
    failure: { code: "interrupted", message: "the run ended before the call was sent", retryable: true },
  },
};
