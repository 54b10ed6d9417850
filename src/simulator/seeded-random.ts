/**
 * A number from 0 to below 1 that looks like chance, and is the same for the same arguments: what a simulator
 * draws does not depend on the order in which calls arrive, so that a rehearsal can be repeated.
 */
export function seededRandom(seed: number, key: string, count: number): number {
  let hash = mixed(seed);
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  return (mixed(mixed(hash) + Math.imul(count, GOLDEN_RATIO)) >>> 0) / 2 ** 32;
}

const FNV_PRIME = 0x01000193;

/** Of 2^32, as odd number: neighbouring counts get far apart. */
const GOLDEN_RATIO = 0x9e3779b9;

/** The last step of MurmurHash3: each bit of the input moves about half of the output's. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The wait before each answer: always so many ms, or drawn evenly for each answer from a spread. */
export type Latency = number | LatencySpread;

interface LatencySpread {
  readonly fromMs: number;
  /** At least `fromMs`. */
  readonly toMs: number;
}

/** Gives the ms to wait, one answer after another. */
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

/** In ms; undefined for anything that is no {@link Span} of up to seven digits. */
export function spanMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? [];
  const unitMs = unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000;
  return amount === undefined ? undefined : Number(amount) * unitMs;
}
