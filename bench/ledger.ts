import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { servedSimulator } from "./served-simulator.ts";

const ROWS = 100_000;
const ROUNDS = 3;
/** Matches all work of this folder, SQLite's own included. */
const LEDGER = "/dist/ledger/";

/** Measures the share of staging, planning, claims, outcomes and the ledger in an import's processor time, by V8's profiler. */
export const ledger: Scenario = async (say) => {
  const simulator = await servedSimulator();
  const single: number[] = [];
  const packed: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      single.push(await shareOf(simulator.baseUrl, []));
      packed.push(await shareOf(simulator.baseUrl, ["--rows-per-request", "25"]));
      say(`round ${round}: ${[single, packed].map((shares) => shares.at(-1)?.toFixed(3)).join(" and ")}`);
    }
  } finally {
    simulator.shutdown();
  }
  return [
    figureOf("the ledger's share of an import's work, one row a call", single),
    figureOf("the ledger's share of an import's work, 25 rows a call", packed),
  ];
};

async function shareOf(baseUrl: string, words: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  try {
    await imported(baseUrl, ROWS, words, ["--cpu-prof", "--cpu-prof-dir", folder]);
    const [name = ""] = await readdir(folder);
    return ledgersShare(JSON.parse(await readFile(join(folder, name), "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The format of V8: a tree of frames, and the time spent in each. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

function ledgersShare({ nodes, samples, timeDeltas }: Profile): number {
  const inLedger = new Set<number>();
  const idle = new Set(
    nodes.flatMap(({ id, callFrame }) => (callFrame.functionName === "(idle)" ? [id] : [])),
  );
  // A frame comes before those that it calls.
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.url.includes(LEDGER)) inLedger.add(id);
    if (inLedger.has(id)) for (const child of children) inLedger.add(child);
  }
  let busyUs = 0;
  let ledgerUs = 0;
  for (const [at, id] of samples.entries()) {
    if (idle.has(id)) continue;
    busyUs += timeDeltas[at] ?? 0;
    if (inLedger.has(id)) ledgerUs += timeDeltas[at] ?? 0;
  }
  return ledgerUs / busyUs;
}
