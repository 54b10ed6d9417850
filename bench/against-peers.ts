import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, figureOf, type Scenario } from "./figure.ts";
import { imported } from "./imported.ts";
import { PEERS, type Peer, secondsOf } from "./peers/peer.ts";
import { servedSimulator } from "./served-simulator.ts";
import { tokenOf } from "./token.ts";

const ROUNDS = 3;
const CONCURRENCY = 64;
const ROWS = 20_000;
/** Target for an import with one row a call: rows a second as a multiple of the peer's. */
const WANTED: Readonly<Record<string, number>> = {
  "newman with a data file": 20,
  "Python, aiohttp": 1,
  "Python, requests in a thread pool": 1,
};

/** Compares an import's rows a second with other ways to send one row a call, each a whole process. */
export const againstPeers: Scenario = async (say) => {
  const simulator = await servedSimulator();
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  try {
    const figures: Figure[] = [];
    for (const peer of PEERS) {
      const missing = peer.missing();
      if (missing === undefined) figures.push(await against(peer, simulator.baseUrl, folder, say));
      else say(`${peer.name}: left out, as it needs ${missing}`);
    }
    return figures;
  } finally {
    simulator.shutdown();
    await rm(folder, { recursive: true, force: true });
  }
};

async function against(
  peer: Peer,
  baseUrl: string,
  folder: string,
  say: (line: string) => void,
): Promise<Figure> {
  const ratios: number[] = [];
  const { name, rows } = peer;
  for (let round = 1; round <= ROUNDS; round++) {
    const token = await tokenOf(baseUrl);
    const theirs = rows / (await secondsOf(peer, { baseUrl, token, rows, concurrency: CONCURRENCY, folder }));
    const ours = ROWS / (await imported(baseUrl, ROWS, ["--concurrency", String(CONCURRENCY)])).seconds;
    ratios.push(ours / theirs);
    say(`${name}, round ${round}: ${Math.round(theirs)} rows/s, import ${Math.round(ours)} rows/s`);
  }
  const atLeast = WANTED[name];
  return figureOf(
    `import over ${name}, rows a second`,
    ratios,
    atLeast === undefined ? undefined : { atLeast },
  );
}
