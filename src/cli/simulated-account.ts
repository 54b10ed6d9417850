import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "../config/credentials.ts";
import { Secret } from "../config/secret.ts";
import { Ledger } from "../ledger/ledger.ts";
import { SIMULATOR_SETTINGS } from "../simulator/account.ts";

/** What the embedded simulator has set when it starts. */
type SetAliases = Iterable<{ readonly alias: string; readonly primary: string }>;

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

/**
 * What rehearsals with this folder have put in place. The account of an embedded simulator is gone with the process
 * that had it; their ledger still knows what was in it. It is neither locked nor changed.
 */
export function* aliasesOfSimulatedRuns(
  folder: string,
  nowEpochMs: number,
): Generator<SetEntry, void, undefined> {
  if (!existsSync(folder)) return;
  const stamp = new Date(nowEpochMs).toISOString().replaceAll(/[-:.]/g, "");
  const ledger = Ledger.openCopy(folder, join(folder, `${stamp}-simulated-account`), nowEpochMs);
  try {
    for (const page of ledger.inPlace()) yield* page;
  } finally {
    ledger.discard();
  }
}

type SetEntry = SetAliases extends Iterable<infer T> ? T : never;
