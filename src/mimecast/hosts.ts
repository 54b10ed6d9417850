import type { ApiGeneration } from "./settings.ts";

/** The hosts of API 2.0 (graded D: official documentation). One host serves tokens and calls. */
const API_2_0: Readonly<Record<string, string>> = {
  global: "https://api.services.mimecast.com",
  uk: "https://uk-api.services.mimecast.com",
  us: "https://us-api.services.mimecast.com",
};

/** The hosts of API 1.0 (graded C: public clients agree). */
const API_1_0: Readonly<Record<string, string>> = {
  eu: "https://eu-api.mimecast.com",
  de: "https://de-api.mimecast.com",
  us: "https://us-api.mimecast.com",
  usb: "https://usb-api.mimecast.com",
  uspcom: "https://uspcom-api.mimecast-pscom-us.com",
  ca: "https://ca-api.mimecast.com",
  za: "https://za-api.mimecast.com",
  au: "https://au-api.mimecast.com",
  offshore: "https://je-api.mimecast.com",
  sandbox: "https://sandbox-api.mimecast.com",
};

/** Returns the base URL of a region, or undefined for a name that is not in {@link regionNames}. */
export function regionBaseUrl(api: ApiGeneration, region: string): string | undefined {
  const hosts = hostsOf(api);
  return Object.hasOwn(hosts, region) ? hosts[region] : undefined;
}

/** Returns the regions of one generation, the default first. */
export function regionNames(api: ApiGeneration): readonly string[] {
  return Object.keys(hostsOf(api));
}

function hostsOf(api: ApiGeneration): Readonly<Record<string, string>> {
  return api === "2.0" ? API_2_0 : API_1_0;
}

export type BaseUrlCheck =
  | { readonly ok: true; readonly url: string }
  /** `reason` continues a sentence that begins with the setting's name. It never contains the URL's password. */
  | { readonly ok: false; readonly reason: string };

/**
 * Checks the value of MIMECAST_BASE_URL: `https:` for any host, plain `http:` for a loopback address only. Rejects
 * parts that would be lost (a query, a fragment) and credentials. `url` has no trailing slash.
 */
export function checkBaseUrl(text: string): BaseUrlCheck {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined) return reject("is not a URL; write it like https://api.services.mimecast.com");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return reject(`begins with ${url.protocol}, but only https: is allowed`);
  }
  if (url.username !== "" || url.password !== "") {
    return reject("holds a user name or password; credentials have settings of their own");
  }
  if (text.includes("?"))
    return reject("has a query (the part from ? on), which would be lost; leave it out");
  if (text.includes("#"))
    return reject("has a fragment (the part from # on), which would be lost; leave it out");
  if (url.protocol === "http:" && !isLoopback(url)) {
    return reject(
      `is plain http: to ${url.hostname}, which would send the credentials unencrypted; write https:`,
    );
  }
  return { ok: true, url: url.href.replace(/\/+$/, "") };
}

/** Returns true if the URL's host is this machine: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(url: string | URL): boolean {
  if (typeof url === "string" && !URL.canParse(url)) return false;
  // URL normalizes every spelling of an IPv4 address (127.1, 0x7f000001) to four decimal parts.
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function reject(reason: string): BaseUrlCheck {
  return { ok: false, reason };
}
