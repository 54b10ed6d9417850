import type { Problems } from "./problems.ts";
import { Secret } from "./secret.ts";
import type { VariableLayers } from "./variable-layers.ts";

/** How the network is reached, as everywhere. */
export interface Network {
  /** `HTTPS_PROXY`; its URL may hold a password. */
  readonly httpsProxy: Secret | undefined;
  /** `NO_PROXY`: hosts that are reached directly, separated by commas. */
  readonly noProxy: string | undefined;
  /** `NODE_EXTRA_CA_CERTS`. Node itself obeys it only where the environment has it before the start. */
  readonly extraCaCertsFile: string | undefined;
}

/** Reads the network's settings. */
export function readNetwork(variables: VariableLayers, problems: Problems): Network {
  const proxy = variables.plain("HTTPS_PROXY");
  if (proxy !== undefined && !isProxyUrl(proxy)) {
    problems.settings("HTTPS_PROXY: expected a URL such as http://proxy.corp.example:3128");
  }
  return {
    httpsProxy: proxy === undefined ? undefined : new Secret(proxy),
    noProxy: variables.plain("NO_PROXY"),
    extraCaCertsFile: variables.plain("NODE_EXTRA_CA_CERTS"),
  };
}

function isProxyUrl(text: string): boolean {
  // `proxy:3128` is common usage; the scheme is then http.
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
