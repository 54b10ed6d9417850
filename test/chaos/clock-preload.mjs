// Loaded before the program: gives it a clock that hastens and jumps. CHAOS_CLOCK is JSON:
// { "haste": 10, "jumps": [{ "atMs": 300, "byMs": -3600000 }] }, with real times since the start.

const { haste, jumps } = JSON.parse(process.env.CHAOS_CLOCK);
const { now: realEpochMs } = Date;
const realNowMs = performance.now.bind(performance);
const realTimer = globalThis.setTimeout;
const startMs = realNowMs();

performance.now = () => startMs + (realNowMs() - startMs) * haste;
globalThis.setTimeout = (act, ms, ...words) => realTimer(act, ms / haste, ...words);
Date.now = () => {
  const sinceMs = realNowMs() - startMs;
  return jumps.reduce((ms, { atMs, byMs }) => (sinceMs >= atMs ? ms + byMs : ms), realEpochMs());
};
