import type { ReadExchange } from "../domain/response.ts";

type Exchange = ReadExchange<unknown>;

/** Returns true if Mimecast answered the request, or rejected it on its merits: the credentials are accepted. */
export function succeeded({ answer }: Exchange): boolean {
  return answer.kind === "passed" || answer.kind === "rejected";
}

/** Returns true if Mimecast denied access to the account. */
export function isAccessDenied({ answer }: Exchange): boolean {
  return answer.kind === "access-denied";
}

/**
 * Returns true if other calls may have another result: this one succeeded, or it lacks a permission. If the credentials
 * are wrong, every call fails, and repeated calls may get the account locked.
 */
export function shouldContinue(exchange: Exchange): boolean {
  if (succeeded(exchange)) return true;
  return isAccessDenied(exchange) && (exchange.status === 403 || exchange.status === 200);
}

/** Returns true if the call got any HTTP response. A denied token counts: the token endpoint responded. */
export function gotResponse(exchange: Exchange): boolean {
  if (exchange.status !== undefined || succeeded(exchange) || isAccessDenied(exchange)) return true;
  return /^http_\d/.test(codeOf(exchange));
}

/** Returns the result of a call as text for the user. */
export function describeResult({ answer, status }: Exchange): string {
  if (answer.kind === "passed") return "answered";
  const { code, message } = answer.failure;
  const http = status === undefined || status === 200 || code === `http_${status}` ? "" : ` (HTTP ${status})`;
  return `${code}${http}: ${message}`;
}

/** Returns the next step for the user after a call that was denied or got no response. */
export function adviceFor(exchange: Exchange): string {
  const known = ADVICE[codeOf(exchange)];
  if (known !== undefined) return known;
  if (exchange.status === 418) return BINDING_ADVICE;
  if (exchange.status === 403) return PERMISSION_ADVICE;
  return isAccessDenied(exchange)
    ? "Check the credentials, the region, and that the application is enabled and has the permissions it needs"
    : "Check the network, the proxy and MIMECAST_BASE_URL or MIMECAST_REGION";
}

const BINDING_ADVICE = "The access key's binding has expired: make new keys in the console";
const PERMISSION_ADVICE =
  "Mimecast knows the application, but does not permit it these calls. If its role lacks a permission, edit the role; the keys stay the same. If it lacks a product, make a new application, because products can't be changed once it is saved; it gets new keys";
const TOKEN_ADVICE = "Check MIMECAST_CLIENT_ID, MIMECAST_CLIENT_SECRET and MIMECAST_REGION";
const CONNECTION_ADVICE =
  "Check the network, the firewall and HTTPS_PROXY, and that MIMECAST_REGION or MIMECAST_BASE_URL is correct";

/** The advice for each known code of the API and of this tool. */
const ADVICE: Readonly<Record<string, string>> = {
  err_xdk_invalid_signature:
    "Check the four keys (each belongs to the same application and user), the region, and this machine's clock",
  err_xdk_binding_expired: BINDING_ADVICE,
  app_forbidden: PERMISSION_ADVICE,
  invalid_client: TOKEN_ADVICE,
  invalid_credentials: TOKEN_ADVICE,
  host_not_found: "Check MIMECAST_REGION or MIMECAST_BASE_URL, and this machine's name server",
  tls_failed:
    "Where a proxy opens TLS connections, name its CA certificate in NODE_EXTRA_CA_CERTS; otherwise check MIMECAST_BASE_URL",
  connection_refused: CONNECTION_ADVICE,
  connection_lost: CONNECTION_ADVICE,
  timeout: CONNECTION_ADVICE,
};

function codeOf({ answer }: Exchange): string {
  return answer.kind === "passed" ? "" : answer.failure.code;
}
