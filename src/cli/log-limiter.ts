/** Events logged per code; the rest are counted. */
const MAX_PER_CODE = 10;
/** The server chooses the codes, so there may be one per row. Beyond this number they count as one code. */
const MAX_CODES = 500;
const OTHER_CODES = "other codes";

/** Limiter that keeps a log to a readable number of events per code. */
export class LogLimiter {
  readonly #times = new Map<string, number>();

  /** Counts an event. Returns true if it should be logged. */
  shouldLog(code: string): boolean {
    const name = this.#times.has(code) || this.#times.size < MAX_CODES ? code : OTHER_CODES;
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    return times <= MAX_PER_CODE;
  }

  /** Yields the number of events that were not logged, for each code that has any. */
  *suppressed(): Generator<readonly [code: string, count: number]> {
    for (const [code, times] of this.#times) {
      if (times > MAX_PER_CODE) yield [code, times - MAX_PER_CODE];
    }
  }
}
