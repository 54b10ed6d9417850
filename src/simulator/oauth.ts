import { randomBytes } from "node:crypto";
import { SIMULATOR_SETTINGS } from "./account.ts";
import { type Endpoint, jsonReply } from "./reply.ts";

/** Enough to distinguish expired from unknown tokens in any test or rehearsal, with little memory. */
const MAX_TOKENS = 1000;

const TOKEN_BYTES = 24;

/** The issued access tokens of API 2.0, each with its expiry. */
export class Tokens {
  readonly lifetimeSeconds: number;
  readonly #expiresAtMs = new Map<string, number>();

  constructor(lifetimeSeconds: number) {
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** Issues a random token. Removes the oldest one if there are more than {@link MAX_TOKENS}. */
  issue(nowMs: number): string {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    this.#expiresAtMs.set(token, nowMs + this.lifetimeSeconds * 1000);
    if (this.#expiresAtMs.size > MAX_TOKENS) {
      for (const oldest of this.#expiresAtMs.keys()) {
        this.#expiresAtMs.delete(oldest);
        break;
      }
    }
    return token;
  }

  state(token: string, nowMs: number): "valid" | "expired" | "unknown" {
    const expiresAtMs = this.#expiresAtMs.get(token);
    if (expiresAtMs === undefined) return "unknown";
    return nowMs < expiresAtMs ? "valid" : "expired";
  }

  /** Expires every token issued so far. */
  expireAll(): void {
    for (const token of this.#expiresAtMs.keys()) this.#expiresAtMs.set(token, Number.NEGATIVE_INFINITY);
  }
}

export const TOKEN_PATH = "/oauth/token";

/**
 * Issues tokens for OAuth 2.0 client credentials, sent as a form. Mimecast's answer to wrong credentials is not
 * known, so the simulator answers with the errors of RFC 6749.
 */
export function tokenEndpoint(tokens: Tokens, onIssued: () => void): Endpoint {
  return ({ body, contentType, atMs }) => {
    if (!contentType.startsWith("application/x-www-form-urlencoded")) {
      return oauthError(400, "invalid_request", "The body must be application/x-www-form-urlencoded");
    }
    const form = new URLSearchParams(body);
    if (form.get("grant_type") !== "client_credentials") {
      return oauthError(400, "unsupported_grant_type", "grant_type must be client_credentials");
    }
    if (
      form.get("client_id") !== SIMULATOR_SETTINGS.clientId ||
      form.get("client_secret") !== SIMULATOR_SETTINGS.clientSecret
    ) {
      return oauthError(401, "invalid_client", "The client id or the client secret is wrong");
    }
    onIssued();
    return jsonReply(200, {
      access_token: tokens.issue(atMs),
      token_type: "Bearer",
      expires_in: tokens.lifetimeSeconds,
      scope: "",
    });
  };
}

function oauthError(status: number, error: string, error_description: string) {
  return jsonReply(status, { error, error_description });
}
