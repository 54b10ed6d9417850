import { readFileSync } from "node:fs";
import type { Account } from "../config/account.ts";
import type { Network } from "../config/network.ts";
import { RunError } from "../domain/run-error.ts";
import { environmentProxy } from "../mimecast/proxy.ts";
import type { MimecastSettings } from "../mimecast/settings.ts";
import { revealed } from "./credentials.ts";
import { type Program, toolVersion } from "./program.ts";

/** What a command's settings say about the way to Mimecast. */
interface ClientConfig {
  readonly network: Network;
  readonly timeoutMs: number;
  /** The most calls in flight. */
  readonly concurrency: number;
}

/** How the settings say that Mimecast is reached. Throws a RunError where a file that they name can't be read. */
export function clientSettings(config: ClientConfig, account: Account, program: Program): MimecastSettings {
  // From a .env file too: the proxy library looks into the environment itself.
  program.provideEnv("HTTPS_PROXY", config.network.httpsProxy?.reveal());
  program.provideEnv("NO_PROXY", config.network.noProxy);
  return {
    baseUrl: account.baseUrl,
    credentials: revealed(account.credentials),
    timeoutMs: config.timeoutMs,
    connections: config.concurrency,
    userAgent: `mimecast-bulk/${toolVersion()}`,
    proxyFor: environmentProxy(program.env),
    extraCa: extraCa(config, program),
  };
}

/** Node itself trusts NODE_EXTRA_CA_CERTS only where the environment had it at the start, so not from `.env`. */
function extraCa(config: ClientConfig, program: Program): string | undefined {
  const { extraCaCertsFile: file } = config.network;
  if (file === undefined || program.env["NODE_EXTRA_CA_CERTS"] === file) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RunError("settings", `NODE_EXTRA_CA_CERTS: ${file} can't be read; name a file in PEM format`, {
      cause,
    });
  }
}
