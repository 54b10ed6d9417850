/** So many things of one code are told one by one; after that only their number is. */
const TOLD_PER_CODE = 10;
/** Codes come from outside, so there may be as many as rows: beyond this they count as one. */
const MOST_CODES = 500;
const OTHER_CODES = "other codes";

/** Keeps what is told of each code to what people can read. */
export class Tellings {
  readonly #times = new Map<string, number>();

  /** Counts one more of the code; whether it is to be told. */
  isToTell(code: string): boolean {
    const name = this.#times.has(code) || this.#times.size < MOST_CODES ? code : OTHER_CODES;
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    return times <= TOLD_PER_CODE;
  }

  /** Of each code, how many were counted and not told. */
  *untold(): Generator<readonly [code: string, count: number]> {
    for (const [code, times] of this.#times) {
      if (times > TOLD_PER_CODE) yield [code, times - TOLD_PER_CODE];
    }
  }
}
