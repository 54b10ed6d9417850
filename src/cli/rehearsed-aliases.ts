import { existsSync } from "node:fs";
import { join } from "node:path";
import { Ledger } from "../ledger/ledger.ts";
import type { SetAliases } from "./simulated-account.ts";

/**
 * What rehearsals with this folder have put in place. The account of an embedded simulator is gone with the process
 * that had it; their ledger still knows what was in it. It is neither locked nor changed.
 */
export function* rehearsedAliases(folder: string, nowEpochMs: number): Generator<SetEntry, void, undefined> {
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
