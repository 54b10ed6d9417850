import type { ReadExchange } from "../domain/response.ts";

type Exchange = ReadExchange<unknown>;

/** Mimecast did what was asked, or judged that it can't be done: the credentials are accepted. */
export function succeeded({ answer }: Exchange): boolean {
  return answer.kind === "passed" || answer.kind === "rejected";
}

export function isRefused({ answer }: Exchange): boolean {
  return answer.kind === "access-denied";
}

/**
 * Whether other calls may come to something else: where this one got through, or was refused for want of a
 * permission. Credentials that are refused are so for every call, and asking again and again may get them locked.
 */
export function shouldContinue(exchange: Exchange): boolean {
  if (succeeded(exchange)) return true;
  return isRefused(exchange) && (exchange.status === 403 || exchange.status === 200);
}

/** Whether something answered by HTTP, whatever it said. A refused token came with an answer too. */
export function gotResponse(exchange: Exchange): boolean {
  if (exchange.status !== undefined || succeeded(exchange) || isRefused(exchange)) return true;
  return /^http_\d/.test(codeOf(exchange));
}

/** What the call came to, for people. */
export function describeResult({ answer, status }: Exchange): string {
  if (answer.kind === "passed") return "answered";
  const { code, message } = answer.failure;
  const http = status === undefined || status === 200 || code === `http_${status}` ? "" : ` (HTTP ${status})`;
  return `${code}${http}: ${message}`;
}

/** What to do about a call that was refused, or never answered. */
export function adviceFor(exchange: Exchange): string {
  const known = ADVICE[codeOf(exchange)];
  if (known !== undefined) return known;
  if (exchange.status === 418) return BINDING_ADVICE;
  if (exchange.status === 403) return PERMISSION_ADVICE;
  return isRefused(exchange)
    ? "Check the credentials, the region, and that the application is enabled and has the permissions it needs"
    : "Check the network, the proxy and MIMECAST_BASE_URL or MIMECAST_REGION";
}

const BINDING_ADVICE = "The access key's binding has expired: make new keys in the console";
const PERMISSION_ADVICE =
  "Mimecast knows the application, but lets it do none of what was asked. If its role lacks a permission, edit the role; the keys stay the same. If it lacks a product, make a new application, because products can't be changed once it is saved; it has new keys";
const TOKEN_ADVICE = "Check MIMECAST_CLIENT_ID, MIMECAST_CLIENT_SECRET and MIMECAST_REGION";
const CONNECTION_ADVICE =
  "Check the network, the firewall and HTTPS_PROXY, and that MIMECAST_REGION or MIMECAST_BASE_URL is meant";

/** By codes of the API that are known, and of this tool. */
const ADVICE: Readonly<Record<string, string>> = {
  err_xdk_invalid_signature:
    "Check the four keys (each belongs to the same application and user), the region, and this machine's clock",
  err_xdk_binding_expired: BINDING_ADVICE,
  app_forbidden: PERMISSION_ADVICE,
  invalid_client: TOKEN_ADVICE,
  invalid_credentials: TOKEN_ADVICE,
  host_not_found: "Check MIMECAST_REGION or MIMECAST_BASE_URL, and this machine's name server",
  tls_failed:
    "Where a proxy opens TLS connections, name its CA certificate in NODE_EXTRA_CA_CERTS; else check MIMECAST_BASE_URL",
  connection_refused: CONNECTION_ADVICE,
  connection_lost: CONNECTION_ADVICE,
  timeout: CONNECTION_ADVICE,
};

function codeOf({ answer }: Exchange): string {
  return answer.kind === "passed" ? "" : answer.failure.code;
}
