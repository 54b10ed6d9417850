import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figureOf, type Scenario } from "./figure.ts";
import { CLI, environmentFor } from "./imported.ts";
import { type Measured, measured } from "./measured-process.ts";
import { servedSimulator } from "./served-simulator.ts";

const BARE_PAGES = fileURLToPath(new URL("./bare-pages.js", import.meta.url));
const FEW = 10_000;
const MANY = 1_000_000;
const ROUNDS = 3;

/**
 * Measures the export of a group of a million members: members a second against a bare loop of got page calls that writes nothing, and peak
 * memory against that of ten thousand, with and without changes since the export before. Whole processes, start-up
 * included, taking turns.
 */
export const exports: Scenario = async (say) => {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-bulk-bench-"));
  const groups = [
    { name: "few", id: "few", members: FEW },
    { name: "many", id: "many", members: MANY },
  ];
  await writeFile(join(folder, "groups.json"), JSON.stringify({ groups }));
  const simulator = await servedSimulator(["--groups", join(folder, "groups.json")]);
  const exported = (group: string, words: readonly string[] = []): Promise<Measured> => {
    const all = ["export", "--group", group, "--output", join(folder, `${group}.csv`), "--quiet", ...words];
    return measured(CLI, all, environmentFor(simulator.baseUrl));
  };
  const changes = ["--changes", join(folder, "changes.csv")];
  const rates: number[] = [];
  const memories: number[] = [];
  const comparedMemories: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const bare = await measured(BARE_PAGES, [simulator.baseUrl, "many"]);
      const many = await exported("many");
      const few = await exported("few");
      const [manyCompared, fewCompared] = [await exported("many", changes), await exported("few", changes)];
      rates.push(bare.seconds / many.seconds);
      memories.push(many.peakMiB / few.peakMiB);
      comparedMemories.push(manyCompared.peakMiB / fewCompared.peakMiB);
      const perSecond = [bare, many].map(({ seconds }) => Math.round(MANY / seconds));
      const [fewMiB, manyMiB, ...compared] = [few, many, fewCompared, manyCompared].map(({ peakMiB }) =>
        Math.round(peakMiB),
      );
      say(
        `round ${round}: members/s: bare got ${perSecond[0]}, export ${perSecond[1]}; MiB: ${fewMiB} and ${manyMiB}, with changes ${compared.join(" and ")}, ${manyCompared.seconds.toFixed(1)} s`,
      );
    }
    return [
      figureOf("export over a bare got page loop, members a second", rates, { atLeast: 0.8 }),
      figureOf(`peak memory of an export of ${MANY} members over that of ${FEW}`, memories, { atMost: 1.3 }),
      figureOf("the same with changes", comparedMemories, { atMost: 1.3 }),
    ];
  } finally {
    simulator.shutdown();
    await rm(folder, { recursive: true });
  }
};
