import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "../config/credentials.ts";
import { Secret } from "../config/secret.ts";
import { Ledger } from "../ledger/ledger.ts";
import { SIMULATOR_SETTINGS } from "../simulator/account.ts";

/** Aliases that the embedded simulator has from the start. */
type SetAliases = Iterable<{ readonly alias: string; readonly primary: string }>;

/**
 * Runs `work` with the configured account or, if there is none, against an embedded simulator.
 *
 * @param initialAliases called only if the simulator is needed
 */
export async function withAccount<T>(
  account: Account | undefined,
  work: (account: Account) => Promise<T>,
  initialAliases: () => SetAliases = () => [],
): Promise<T> {
  if (account !== undefined) return await work(account);
  const { startSimulator } = await import("../simulator/simulator.ts");
  const simulator = await startSimulator({ aliases: initialAliases() });
  try {
    return await work(simulatedAccount(simulator.url));
  } finally {
    await simulator.close();
  }
}

/** Returns the simulator's account. Its tenant does not depend on the port, so it keeps its ledger. */
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
 * Yields the aliases that simulated runs in this folder have set. The account of an embedded simulator ends with its
 * process, but the ledger still has its aliases. Reads a copy, so that the ledger is neither locked nor changed.
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
