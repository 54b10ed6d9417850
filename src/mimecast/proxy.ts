import { RunError } from "../domain/run-error.ts";
import { isLoopback } from "./hosts.ts";
import { isReachedDirectly } from "./no-proxy.ts";
import type { MimecastSettings } from "./settings.ts";

/** Returns a `MimecastSettings.proxyFor`: the proxy for every URL but those that `noProxy`, a NO_PROXY, excepts. */
export function proxyRule(proxy: string | undefined, noProxy: string | undefined): (url: string) => string {
  return (url) => (proxy === undefined || isReachedDirectly(new URL(url), noProxy ?? "") ? "" : proxy);
}

/** Returns the proxy to the base URL, undefined for a direct way. A loopback address never has one. */
export function chosenProxy(settings: Pick<MimecastSettings, "baseUrl" | "proxyFor">): URL | undefined {
  if (isLoopback(settings.baseUrl)) return undefined;
  const proxy = settings.proxyFor?.(settings.baseUrl) ?? "";
  if (proxy === "") return undefined;
  const url = proxyUrl(proxy);
  if (url !== undefined) return url;
  // The value may hold a password, so the message does not show it.
  throw new RunError(
    "settings",
    "HTTPS_PROXY holds no usable proxy: expected http://HOST:PORT or https://HOST:PORT. " +
      "Correct it, or name the host in NO_PROXY to connect directly",
  );
}

/**
 * Parses a proxy's setting; `HOST:PORT` is common usage for `http:`. Returns undefined for what is not the URL of an
 * HTTP proxy. Something behind the host is the rest of a password with a `/`, `?` or `#`, or the URL of a PAC file.
 */
export function proxyUrl(text: string): URL | undefined {
  const written = withScheme(text);
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  const { hash, hostname, pathname, protocol, search } = url;
  const isHttp = protocol === "http:" || protocol === "https:";
  return isHttp && hostname !== "" && /^\/?$/.test(`${pathname}${search}${hash}`) ? url : undefined;
}

/** Returns the `Proxy-Authorization` for the user name and password in a proxy's URL, undefined if it has neither. */
export function proxyAuthorization({ password, username }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = Buffer.concat([sentBytes(username), Buffer.from(":"), sentBytes(password)]);
  return `Basic ${credentials.toString("base64")}`;
}

/**
 * Returns the password in a proxy's setting, or the user name that stands alone, as it is written and as it is sent. In
 * a text that is not a URL everything in front of the last @ counts, as the password may be the reason why it is not.
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

/** A % that does not begin an escape stands for itself. */
function sentBytes(userInfo: string): Buffer {
  const decoded = userInfo.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
