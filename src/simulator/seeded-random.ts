/**
 * Returns a pseudo-random number from 0 to below 1, the same for the same arguments. So the draws don't depend on
 * the order in which calls arrive, and a rehearsal can be repeated.
 */
export function seededRandom(seed: number, key: string, count: number): number {
  let hash = mixed(seed);
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  return (mixed(mixed(hash) + Math.imul(count, GOLDEN_RATIO)) >>> 0) / 2 ** 32;
}

const FNV_PRIME = 0x01000193;

/** 2^32 divided by the golden ratio, as an odd number: spreads neighbouring counts far apart. */
const GOLDEN_RATIO = 0x9e3779b9;

/** Mixes the bits as the last step of MurmurHash3 does: each input bit flips about half of the output bits. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The wait before each answer: a fixed number of ms, or a range from which each wait is drawn uniformly. */
export type Latency = number | LatencySpread;

interface LatencySpread {
  readonly fromMs: number;
  /** At least `fromMs`. */
  readonly toMs: number;
}

/** Returns a function that gives the wait of one answer after another, in ms. */
export function latencyDraws(latency: Latency, seed: number): () => number {
  if (typeof latency === "number") return () => latency;
  const { fromMs, toMs } = latency;
  let count = 0;
  return () => {
    count += 1;
    return fromMs + seededRandom(seed, "latency", count) * (toMs - fromMs);
  };
}

/** A length of time in words: `200ms`, `5s` or `2m`. */
export type Span = `${number}${"ms" | "s" | "m"}`;

/** Converts to ms; returns undefined for a text that is not a {@link Span} of up to seven digits. */
export function spanMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? [];
  const unitMs = unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000;
  return amount === undefined ? undefined : Number(amount) * unitMs;
}
