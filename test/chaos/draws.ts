import { seededRandom } from "../../src/simulator/seeded-random.ts";

/** Draws that look like chance, and are the same for the same seed. */
export class Draws {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** From 0 to below 1. */
  share(): number {
    this.#count += 1;
    return seededRandom(this.#seed, "chaos", this.#count);
  }

  /** A whole number, both ends included. */
  from(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  /** As {@link from}, but each power of two is as likely as the next. */
  ofAnySize(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.share());
  }

  chance(share: number): boolean {
    return this.share() < share;
  }

  oneOf<T>(choices: readonly T[]): T {
    const choice = choices[this.from(0, choices.length - 1)];
    if (choice === undefined) throw new Error("there is nothing to choose from");
    return choice;
  }

  shuffled<T>(things: readonly T[]): T[] {
    return things
      .map((thing) => ({ thing, place: this.share() }))
      .sort((a, b) => a.place - b.place)
      .map(({ thing }) => thing);
  }
}
