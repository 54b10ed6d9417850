import type { Clock } from "../domain/clock.ts";
import type { Http } from "./http.ts";
import type { Secrets } from "./sanitize.ts";
import type { Credentials, MimecastSettings } from "./settings.ts";
import { signedHeaders } from "./signing.ts";
import { createTokens } from "./token-cache.ts";
import type { NoToken } from "./token-response.ts";

/** How requests prove whose they are, the same for both API generations. */
export interface Access {
  /** Gets what is needed before a request can be made. Never rejects. */
  open(signal: AbortSignal): Promise<Pass | NoToken>;
}

export interface Pass {
  readonly kind: "pass";
  /** To be asked for directly before each request, as a signature holds the time. */
  headersFor(path: string): { readonly headers: Record<string, string>; readonly requestId?: string };
  /** Absent where there is no token to renew. */
  readonly expired?: () => void;
}

export interface AccessParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly secrets: Secrets;
}

/** Graded C: the path, at the same host as the calls. */
const TOKEN_PATH = "/oauth/token";

export function createAccess(settings: MimecastSettings, parts: AccessParts): Access {
  const { credentials } = settings;
  switch (credentials.api) {
    case "2.0":
      return bearerAccess(credentials, new URL(`${settings.baseUrl}${TOKEN_PATH}`), parts);
    case "1.0":
      return signedAccess(credentials, parts);
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

function bearerAccess(keys: Extract<Credentials, { api: "2.0" }>, url: URL, parts: AccessParts): Access {
  const tokens = createTokens({ ...parts, clientId: keys.clientId, clientSecret: keys.clientSecret, url });
  return {
    async open(signal) {
      const result = await tokens.get(signal);
      if (result.kind === "none") return result;
      const { token } = result;
      return {
        kind: "pass",
        headersFor: () => ({ headers: { authorization: `Bearer ${token.value}` } }),
        expired: () => tokens.expired(token),
      };
    },
  };
}

function signedAccess(
  keys: Extract<Credentials, { api: "1.0" }>,
  { clock, randomUuid }: AccessParts,
): Access {
  const pass: Pass = {
    kind: "pass",
    headersFor(path) {
      const requestId = randomUuid();
      return { headers: signedHeaders(keys, { path, requestId, epochMs: clock.epochMs() }), requestId };
    },
  };
  return { open: async () => pass };
}
