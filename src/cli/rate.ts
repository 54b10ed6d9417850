/** How far back the rate looks: long enough to be calm, short enough to notice a change. */
const SPAN_MS = 15_000;

/** A rate over the last seconds, of something that only grows. */
export class Rate {
  readonly #seen: { readonly value: number; readonly atMs: number }[] = [];

  /** Takes in the value as it is now; 0 until there is something to compare it with. */
  perSecond(value: number, atMs: number): number {
    this.#seen.push({ value, atMs });
    while (this.#seen.length > 2 && (this.#seen[1]?.atMs ?? atMs) <= atMs - SPAN_MS) this.#seen.shift();
    const [oldest] = this.#seen;
    if (oldest === undefined || atMs <= oldest.atMs) return 0;
    return ((value - oldest.value) * 1_000) / (atMs - oldest.atMs);
  }
}
