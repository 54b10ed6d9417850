import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Sanitizer } from "./sanitize.ts";
import type { Credentials, MimecastSettings } from "./settings.ts";
import { signedHeaders } from "./signing.ts";
import { createTokenCache } from "./token-cache.ts";
import type { TokenFailure } from "./token-response.ts";

/** Authenticates requests, for both API generations. */
export interface Authenticator {
  /** Gets what a request needs, such as an access token. Never rejects. */
  authorize(signal: AbortSignal): Promise<Authorization | TokenFailure>;
}

export interface Authorization {
  readonly kind: "authorized";
  /** Returns the headers of one request. Call it directly before each request: a signature contains the time. */
  headersFor(path: string): { readonly headers: Record<string, string>; readonly requestId?: string };
  /** Discards the token, so that the next call fetches a new one. Absent for signed requests, which have no token. */
  readonly invalidate?: () => void;
}

export interface AuthenticatorParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly secrets: Sanitizer;
}

/** The path of the token endpoint (graded C), on the same host as the calls. */
const TOKEN_PATH = "/oauth/token";

export function createAuthenticator(settings: MimecastSettings, parts: AuthenticatorParts): Authenticator {
  const { credentials } = settings;
  switch (credentials.api) {
    case "2.0":
      return bearerAuthenticator(credentials, new URL(`${settings.baseUrl}${TOKEN_PATH}`), parts);
    case "1.0":
      return signingAuthenticator(credentials, parts);
  }
}

/** Returns the credentials that no message may show. */
export function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.api) {
    case "2.0":
      return [credentials.clientSecret];
    case "1.0":
      return [credentials.appKey, credentials.accessKey, credentials.secretKey];
  }
}

function bearerAuthenticator(
  keys: Extract<Credentials, { api: "2.0" }>,
  url: URL,
  parts: AuthenticatorParts,
): Authenticator {
  const tokens = createTokenCache({
    ...parts,
    clientId: keys.clientId,
    clientSecret: keys.clientSecret,
    url,
  });
  return {
    async authorize(signal) {
      const result = await tokens.get(signal);
      if (result.kind === "none") return result;
      const { token } = result;
      return {
        kind: "authorized",
        headersFor: () => ({ headers: { authorization: `Bearer ${token.value}` } }),
        invalidate: () => tokens.invalidate(token),
      };
    },
  };
}

function signingAuthenticator(
  keys: Extract<Credentials, { api: "1.0" }>,
  { clock, randomUuid }: AuthenticatorParts,
): Authenticator {
  const authorization: Authorization = {
    kind: "authorized",
    headersFor(path) {
      const requestId = randomUuid();
      return { headers: signedHeaders(keys, { path, requestId, epochMs: clock.epochMs() }), requestId };
    },
  };
  return { authorize: async () => authorization };
}
