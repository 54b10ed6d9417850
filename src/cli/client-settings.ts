import type { Account } from "../config/account.ts";
import type { Network } from "../config/network.ts";
import { proxyRule } from "../mimecast/proxy.ts";
import type { MimecastSettings } from "../mimecast/settings.ts";
import { revealed } from "./credentials.ts";
import { readExtraCa } from "./extra-ca.ts";
import { type Program, toolVersion } from "./program.ts";

/** What a command's settings say about the way to Mimecast. */
interface ClientConfig {
  readonly network: Network;
  readonly timeoutMs: number;
  /** The most calls in flight. */
  readonly concurrency: number;
}

/** How the settings say that Mimecast is reached. Throws a RunError where a file that they name can't be used. */
export function clientSettings(config: ClientConfig, account: Account, program: Program): MimecastSettings {
  const { extraCaCertsFile, httpsProxy, noProxy } = config.network;
  // Node itself has read the file that the environment names.
  const isTrusted = program.env["NODE_EXTRA_CA_CERTS"] === extraCaCertsFile;
  return {
    baseUrl: account.baseUrl,
    credentials: revealed(account.credentials),
    timeoutMs: config.timeoutMs,
    connections: config.concurrency,
    userAgent: `mimecast-bulk/${toolVersion()}`,
    proxyFor: proxyRule(httpsProxy?.reveal(), noProxy),
    extraCa:
      extraCaCertsFile === undefined || isTrusted
        ? undefined
        : readExtraCa(extraCaCertsFile, program.platform),
    blotter: program.blotter,
  };
}
