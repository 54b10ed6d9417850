import { QuotaGovernor } from "../../src/engine/quota.ts";

/** The world that a governor meets: a server whose window it sees only through answers that are late. */
export interface World {
  readonly limit: number;
  readonly windowMs: number;
  readonly reservePercent: number;
  readonly lanes: number;
  /** The way there and the way back, each drawn anew for each call. */
  readonly leastWayMs: number;
  readonly jitterMs: number;
  /** In every other spell of so long, each way takes twice as long and 200 ms. */
  readonly spellMs?: number;
  /** A call of another integration so often; none without. */
  readonly othersEveryMs?: number;
  /** The server tells its window's end so much later than it is, or earlier where negative. */
  readonly skewMs?: number;
  /** What our clock shows when the server's shows 0. */
  readonly clockAheadMs: number;
  readonly durationMs: number;
  readonly seed: number;
}

export interface WindowSeen {
  readonly startMs: number;
  ours: number;
  others: number;
  refused: number;
}

/**
 * Sends as fast as lanes and governor allow, and tells what each of the server's windows saw, the first and the
 * last one left out as they are no whole ones.
 */
export function live(world: World): { readonly windows: readonly WindowSeen[]; readonly calls: number } {
  const governor = new QuotaGovernor({ reservePercent: world.reservePercent });
  const random = seeded(world.seed);
  const way = (nowMs: number): number => {
    const usualMs = world.leastWayMs + random() * world.jitterMs;
    const isSlow = world.spellMs !== undefined && Math.floor(nowMs / world.spellMs) % 2 === 0;
    return isSlow ? 2 * usualMs + 200 : usualMs;
  };
  const windows: WindowSeen[] = [];
  const agenda = new Agenda();
  let endsAtMs = Number.NEGATIVE_INFINITY;
  let calls = 0;
  let hasStarted = false;

  const serve = (nowMs: number, isOurs: boolean) => {
    if (nowMs >= endsAtMs) {
      endsAtMs = nowMs + world.windowMs;
      windows.push({ startMs: nowMs, ours: 0, others: 0, refused: 0 });
    }
    const window = windows.at(-1) ?? { startMs: 0, ours: 0, others: 0, refused: 0 };
    const used = window.ours + window.others;
    const allowed = used < world.limit;
    if (!allowed) window.refused += isOurs ? 1 : 0;
    else if (isOurs) window.ours += 1;
    else window.others += 1;
    const remaining = world.limit - window.ours - window.others;
    const resetMs = Math.max(0, Math.ceil(endsAtMs - nowMs + (world.skewMs ?? 0)));
    return { allowed, reading: { limit: world.limit, remaining, resetMs } };
  };

  const lane = (nowMs: number): void => {
    const waitMs = governor.tryAcquire(nowMs + world.clockAheadMs);
    if (waitMs > 0) {
      agenda.add(nowMs + Math.max(1, waitMs), lane);
      return;
    }
    calls += 1;
    agenda.add(nowMs + way(nowMs), (arrivedMs) => {
      const { allowed, reading } = serve(arrivedMs, true);
      agenda.add(arrivedMs + way(arrivedMs), (answeredMs) => {
        governor.update(reading, nowMs + world.clockAheadMs);
        if (!allowed) governor.pauseUntil(answeredMs + world.clockAheadMs + reading.resetMs);
        lane(answeredMs);
        // One lane until the first answer is there, as in a run.
        if (!hasStarted) for (let more = 1; more < world.lanes; more += 1) lane(answeredMs);
        hasStarted = true;
      });
    });
  };
  const { othersEveryMs } = world;
  const others = (nowMs: number): void => {
    serve(nowMs, false);
    if (othersEveryMs !== undefined) agenda.add(nowMs + othersEveryMs * (0.5 + random()), others);
  };
  if (othersEveryMs !== undefined) agenda.add(random() * othersEveryMs, others);
  agenda.add(0, lane);
  agenda.run(world.durationMs);
  return { windows: windows.slice(1, -1), calls };
}

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Work = (nowMs: number) => void;

/** What is to happen and when, the soonest first: a binary heap. */
class Agenda {
  readonly #heap: { readonly atMs: number; readonly order: number; readonly work: Work }[] = [];
  #count = 0;

  add(atMs: number, work: Work): void {
    this.#count += 1;
    this.#heap.push({ atMs, order: this.#count, work });
    for (let at = this.#heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  run(untilMs: number): void {
    for (let next = this.#take(); next !== undefined && next.atMs <= untilMs; next = this.#take()) {
      next.work(next.atMs);
    }
  }

  #take() {
    if (this.#heap.length > 1) this.#swap(0, this.#heap.length - 1);
    const first = this.#heap.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
