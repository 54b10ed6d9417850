import { drawn } from "./drawn.ts";

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
    return fromMs + drawn(seed, "latency", count) * (toMs - fromMs);
  };
}
