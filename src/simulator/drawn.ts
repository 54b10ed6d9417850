/**
 * A number from 0 to below 1 that looks like chance, and is the same for the same arguments: what a simulator
 * draws does not depend on the order in which calls arrive, so that a rehearsal can be repeated.
 */
export function drawn(seed: number, key: string, count: number): number {
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
