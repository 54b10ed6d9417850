import { RunError } from "../domain/run-error.ts";
import { isLoopback } from "./hosts.ts";
import { isReachedDirectly } from "./no-proxy.ts";
import type { MimecastSettings } from "./settings.ts";

/** Returns a `MimecastSettings.proxyFor`: the proxy for every URL that `noProxy`, a value of NO_PROXY, does not exempt. */
export function proxyRule(proxy: string | undefined, noProxy: string | undefined): (url: string) => string {
  return (url) => (proxy === undefined || isReachedDirectly(new URL(url), noProxy ?? "") ? "" : proxy);
}

/** Returns the proxy for the base URL, or undefined for a direct connection. A loopback address never has a proxy. */
export function chosenProxy(settings: Pick<MimecastSettings, "baseUrl" | "proxyFor">): URL | undefined {
  if (isLoopback(settings.baseUrl)) return undefined;
  const proxy = settings.proxyFor?.(settings.baseUrl) ?? "";
  if (proxy === "") return undefined;
  const url = proxyUrl(proxy);
  if (url !== undefined) return url;
  // The value may contain a password, so the message does not show it.
  throw new RunError(
    "settings",
    "HTTPS_PROXY is not a usable proxy: expected http://HOST:PORT or https://HOST:PORT. " +
      "Correct it, or name the host in NO_PROXY to connect directly",
  );
}

/**
 * Parses a proxy setting; `HOST:PORT` is a common short form for `http:`. Returns undefined if it is not the URL of an
 * HTTP proxy. Anything after the host is the rest of a password with a `/`, `?` or `#`, or the URL of a PAC file.
 */
export function proxyUrl(text: string): URL | undefined {
  const written = withScheme(text);
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  const { hash, hostname, pathname, protocol, search } = url;
  const isHttp = protocol === "http:" || protocol === "https:";
  return isHttp && hostname !== "" && /^\/?$/.test(`${pathname}${search}${hash}`) ? url : undefined;
}

/** Returns the `Proxy-Authorization` for the user name and password in a proxy URL, or undefined if it has neither. */
export function proxyAuthorization({ password, username }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = Buffer.concat([sentBytes(username), Buffer.from(":"), sentBytes(password)]);
  return `Basic ${credentials.toString("base64")}`;
}

/**
 * Returns the password in a proxy setting, or the user name if it has no password, both as written and as sent. If
 * the text is not a URL, everything before the last @ counts, because the password may be what makes it invalid.
 */
export function proxySecrets(text: string): string[] {
  const [, userInfo] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@/is.exec(text.trim()) ?? [];
  if (userInfo === undefined) return [];
  const written = withScheme(text.trim());
  const parsed = URL.canParse(written) ? new URL(written).password : "";
  const forms = [userInfo.slice(userInfo.indexOf(":") + 1), parsed];
  return [...forms, ...forms.map((form) => sentBytes(form).toString("utf8"))].filter((form) => form !== "");
}

function withScheme(text: string): string {
  return text.includes("://") ? text : `http://${text}`;
}

/** Decodes percent escapes. A % that does not begin an escape is kept. */
function sentBytes(userInfo: string): Buffer {
  const decoded = userInfo.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
