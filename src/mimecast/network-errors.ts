import type { ToolCode } from "../domain/failure.ts";

interface NetworkError<Kind extends "lost" | "not-executed"> {
  readonly kind: Kind;
  readonly code: ToolCode;
  readonly message: string;
}

/** Codes of getaddrinfo(3). */
const NAME_CODE = /^(?:ENOTFOUND$|EAI_)/;
/** Node's codes for a failed handshake, and OpenSSL's for a certificate that is not accepted. */
const TLS_CODE =
  /^(?:EPROTO$|ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_|INVALID_|PATH_LENGTH_|HOSTNAME_)/;
/** Node's codes for bytes that are not HTTP. */
const PARSER_CODE = /^HPE_/;

/**
 * Converts an error that occurred before a connection was ready: connection refused, host unreachable or unknown,
 * handshake failed, or a proxy that did not open a tunnel.
 */
export function connectError(error: Error): NetworkError<"not-executed"> {
  const code = codeOf(error);
  return { kind: "not-executed", code: toolCode(code), message: describe(error, code) };
}

/**
 * Converts an error on a connection that was ready. Even a reset without a single byte of a response does not say what
 * the server did: a keep-alive connection may close at the moment when a request is written to it.
 */
export function responseError(error: Error): NetworkError<"lost"> {
  const code = codeOf(error);
  return {
    kind: "lost",
    code: PARSER_CODE.test(code) ? "invalid_response" : "connection_lost",
    message: describe(error, code),
  };
}

function toolCode(code: string): ToolCode {
  if (NAME_CODE.test(code)) return "host_not_found";
  return TLS_CODE.test(code) ? "tls_failed" : "connection_refused";
}

/** Returns the text of the error. If Node tried several addresses, the text is in the cause's errors, all alike. */
function describe(error: Error, code: string): string {
  const { cause } = error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  const text = error.message || (first instanceof Error ? first.message : "") || "the connection failed";
  return code === "" || text.includes(code) ? text : `${text} (${code})`;
}

function codeOf(error: Error): string {
  for (const candidate of [error.cause, error]) {
    if (!(candidate instanceof Error) || !("code" in candidate)) continue;
    const { code } = candidate;
    // got's own code does not describe the network error.
    if (typeof code === "string" && code !== "ERR_GOT_REQUEST_ERROR") return code;
  }
  return "";
}
