/** A length of time in words: `200ms`, `5s` or `2m`. */
export type Span = `${number}${"ms" | "s" | "m"}`;

/** In ms; undefined for anything that is no {@link Span} of up to seven digits. */
export function spanMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? [];
  const unitMs = unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000;
  return amount === undefined ? undefined : Number(amount) * unitMs;
}
