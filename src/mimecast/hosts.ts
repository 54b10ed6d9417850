import type { ApiGeneration } from "./settings.ts";

/** Graded D: official documentation. One host serves the tokens and the calls. */
const API_2_0: Readonly<Record<string, string>> = {
  global: "https://api.services.mimecast.com",
  uk: "https://uk-api.services.mimecast.com",
  us: "https://us-api.services.mimecast.com",
};

/** Graded C: agreeing public clients. */
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

/** The base URL of a region, or undefined for a name that is not in {@link regionNames}. */
export function regionBaseUrl(api: ApiGeneration, region: string): string | undefined {
  const hosts = hostsOf(api);
  return Object.hasOwn(hosts, region) ? hosts[region] : undefined;
}

/** The regions of one generation, the default first. */
export function regionNames(api: ApiGeneration): readonly string[] {
  return Object.keys(hostsOf(api));
}

function hostsOf(api: ApiGeneration): Readonly<Record<string, string>> {
  return api === "2.0" ? API_2_0 : API_1_0;
}
