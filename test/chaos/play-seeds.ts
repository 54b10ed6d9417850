import { type Played, playSeed } from "./play-seed.ts";
import type { Tally } from "./tally.ts";

/** Plays so many seeds, some side by side; `told` hears of each when it is over. */
export async function playSeeds(
  seeds: readonly number[],
  sideBySide: number,
  tally: Tally,
  told: (played: Played) => void,
): Promise<Played[]> {
  const left = [...seeds];
  const all: Played[] = [];
  const lane = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const played = await playSeed(seed, tally);
      all.push(played);
      told(played);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
  return all;
}

/** What to read of a seed that broke something. */
export function violationText({ folder, seed, violations }: Played): string {
  return [
    `seed ${seed} broke what must hold (${folder} has the story). Again: npm run chaos -- --seeds 1 --from ${seed}`,
    ...violations.map((violation) => `  ${violation}`),
  ].join("\n");
}
