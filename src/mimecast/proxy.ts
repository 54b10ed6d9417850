import { getProxyForUrl } from "proxy-from-env";
import { RunError } from "../domain/run-error.ts";
import { isLoopback } from "./base-url.ts";
import type { MimecastSettings } from "./settings.ts";

/**
 * What HTTPS_PROXY, ALL_PROXY and NO_PROXY (also in lower case) say about a URL, empty for no proxy: to be
 * handed in as `MimecastSettings.proxyFor`.
 *
 * @param env the process's environment, which the package reads itself
 */
export function environmentProxy(env: Readonly<Record<string, string | undefined>>): (url: string) => string {
  return (url) => {
    const proxy = getProxyForUrl(url);
    const isAsWritten = PROXY_VARIABLES.some((name) => env[name] === proxy);
    // A bare HOST:PORT gets the scheme of the URL from the package; everywhere else it means http:.
    return isAsWritten ? proxy : proxy.replace(/^https:/, "http:");
  };
}

const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] as const;

/** The proxy to the base URL, undefined for a direct way. A loopback address never has one. */
export function chosenProxy(settings: Pick<MimecastSettings, "baseUrl" | "proxyFor">): URL | undefined {
  if (isLoopback(settings.baseUrl)) return undefined;
  const proxy = settings.proxyFor?.(settings.baseUrl) ?? "";
  if (proxy === "") return undefined;
  // The value may hold a password, so the message does not show it.
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url !== undefined && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new RunError(
    "settings",
    "HTTPS_PROXY holds no usable proxy: expected http://HOST:PORT or https://HOST:PORT. " +
      "Correct it, or name the host in NO_PROXY to connect directly",
  );
}
