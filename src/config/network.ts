import { proxyUrl } from "../mimecast/proxy.ts";
import type { Problems } from "./problems.ts";
import { Secret } from "./secret.ts";
import type { VariableLayers } from "./variable-layers.ts";

/** How the network is reached, as everywhere. */
export interface Network {
  /** `HTTPS_PROXY`, or else `ALL_PROXY`; its URL may hold a password. */
  readonly httpsProxy: Secret | undefined;
  /** `NO_PROXY`: hosts that are reached directly, separated by commas. */
  readonly noProxy: string | undefined;
  /** `NODE_EXTRA_CA_CERTS`. Node itself obeys it only where the environment has it before the start. */
  readonly extraCaCertsFile: string | undefined;
}

/** Reads the network's settings. */
export function readNetwork(variables: VariableLayers, problems: Problems): Network {
  const name = variables.plain("HTTPS_PROXY") === undefined ? "ALL_PROXY" : "HTTPS_PROXY";
  const proxy = variables.plain(name);
  if (proxy !== undefined && proxyUrl(proxy) === undefined) {
    problems.settings(
      `${variables.spellingOf(name)}: expected the URL of an HTTP proxy, such as http://proxy.corp.example:3128; in a password write / ? # and @ as %2F %3F %23 and %40`,
    );
  }
  return {
    httpsProxy: proxy === undefined ? undefined : new Secret(proxy),
    noProxy: variables.plain("NO_PROXY"),
    extraCaCertsFile: variables.plain("NODE_EXTRA_CA_CERTS"),
  };
}
