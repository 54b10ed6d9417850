import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Sanitizer } from "./sanitize.ts";
import type { Credentials, MimecastSettings } from "./settings.ts";
import { signedHeaders } from "./signing.ts";
import { createTokenCache } from "./token-cache.ts";
import type { TokenFailure } from "./token-response.ts";

/** How requests prove whose they are, the same for both API generations. */
export interface Authenticator {
  /** Gets what is needed before a request can be made. Never rejects. */
  authorize(signal: AbortSignal): Promise<Authorization | TokenFailure>;
}

export interface Authorization {
  readonly kind: "pass";
  /** To be asked for directly before each request, as a signature holds the time. */
  headersFor(path: string): { readonly headers: Record<string, string>; readonly requestId?: string };
  /** Absent where there is no token to renew. */
  readonly invalidate?: () => void;
}

export interface AuthenticatorParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly secrets: Sanitizer;
}

/** Graded C: the path, at the same host as the calls. */
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

/** What must not be seen in any message. */
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
        kind: "pass",
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
  const pass: Authorization = {
    kind: "pass",
    headersFor(path) {
      const requestId = randomUuid();
      return { headers: signedHeaders(keys, { path, requestId, epochMs: clock.epochMs() }), requestId };
    },
  };
  return { authorize: async () => pass };
}
