import type { IncomingHttpHeaders } from "node:http";
import type { Tokens } from "./oauth.ts";
import { gatewayReply, type Reply, refusedCallReply } from "./reply.ts";
import type { Signatures } from "./signatures.ts";

/** The credentials that the simulator accepts. */
export interface Access {
  readonly tokens: Tokens;
  readonly signatures: Signatures;
}

/** The arrival of a request, by the monotonic and the wall clock. */
export interface Moment {
  readonly nowMs: number;
  readonly epochMs: number;
}

/**
 * Returns undefined if the request is authorized, otherwise the error to answer. `Bearer` is API 2.0, refused in
 * the gateway's flat shape; `MC` is API 1.0, refused as a call. Any other scheme is treated as 2.0.
 */
export function authorizationError(
  access: Access,
  path: string,
  headers: IncomingHttpHeaders,
  at: Moment,
): Reply | undefined {
  const authorization = headers.authorization ?? "";
  if (authorization.startsWith("MC ")) {
    if (access.signatures.accept(path, headers, at.epochMs)) return undefined;
    return refusedCallReply(401, "err_xdk_invalid_signature", "0004 Invalid Signature");
  }
  if (!authorization.startsWith("Bearer ")) {
    return gatewayReply(401, "unauthorized", "No credentials came with the request");
  }
  switch (access.tokens.state(authorization.slice("Bearer ".length), at.nowMs)) {
    case "valid":
      return undefined;
    case "expired":
      return gatewayReply(401, "token_expired", "The access token has expired");
    case "unknown":
      return gatewayReply(401, "unauthorized", "The access token is unknown");
  }
}
