/** So many things of one code are told one by one; after that only their number is. */
const MAX_PER_CODE = 10;
/** Codes come from outside, so there may be as many as rows: beyond this they count as one. */
const MAX_CODES = 500;
const OTHER_CODES = "other codes";

/** Keeps what is told of each code to what people can read. */
export class LogLimiter {
  readonly #times = new Map<string, number>();

  /** Counts one more of the code; whether it is to be told. */
  shouldLog(code: string): boolean {
    const name = this.#times.has(code) || this.#times.size < MAX_CODES ? code : OTHER_CODES;
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    return times <= MAX_PER_CODE;
  }

  /** Of each code, how many were counted and not told. */
  *suppressed(): Generator<readonly [code: string, count: number]> {
    for (const [code, times] of this.#times) {
      if (times > MAX_PER_CODE) yield [code, times - MAX_PER_CODE];
    }
  }
}
