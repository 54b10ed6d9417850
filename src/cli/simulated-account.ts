import type { Account } from "../config/account.ts";
import { Secret } from "../config/secret.ts";
import { SIMULATOR_SETTINGS } from "../simulator/settings.ts";

/** What the embedded simulator has set when it starts. */
export type SetAliases = Iterable<{ readonly alias: string; readonly primary: string }>;

/**
 * Does the work with the account that the settings name; where they name none, with the one that the embedded
 * simulator knows, which runs meanwhile.
 *
 * @param setBefore asked only where the simulator is needed
 */
export async function withAccount<T>(
  account: Account | undefined,
  work: (account: Account) => Promise<T>,
  setBefore: () => SetAliases = () => [],
): Promise<T> {
  if (account !== undefined) return await work(account);
  const { startSimulator } = await import("../simulator/simulator.ts");
  const simulator = await startSimulator({ aliases: setBefore() });
  try {
    return await work(simulatedAccount(simulator.url));
  } finally {
    await simulator.close();
  }
}

/** Its ledger is one of its own, whatever the port. */
function simulatedAccount(url: string): Account {
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  return {
    credentials: { api: "2.0", clientId, clientSecret: new Secret(clientSecret) },
    baseUrl: url,
    tenant: "simulator",
    loopback: true,
  };
}
