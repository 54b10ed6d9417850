import type { Endpoint } from "./endpoint.ts";
import { jsonReply } from "./reply.ts";
import { SIMULATOR_SETTINGS } from "./settings.ts";
import type { Tokens } from "./tokens.ts";

export const TOKEN_PATH = "/oauth/token";

/**
 * OAuth 2.0 client credentials, sent as a form. What Mimecast answers to wrong ones is not known; the
 * simulator gives the errors of RFC 6749.
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
