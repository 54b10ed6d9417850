interface QueueItem {
  readonly primaryKey: string;
  /** The most rows that it may share a call with, itself included; at least 1. May change while it is out. */
  readonly maxBatch: number;
}

/**
 * Rows that are ready to be sent, by primary. It hands out one row of a primary at a time: a primary whose row
 * is in flight, or waits for its retry, is out of the queue until {@link complete} or its due time, so "never two
 * rows of one primary" needs no search. Primaries take turns, first come first served; rows that may share a call
 * with fewer others go first.
 */
export class PrimaryQueue<T extends QueueItem> {
  /** Rows of each primary that is known here, the next one first. */
  readonly #rows = new Map<string, T[]>();
  /**
   * Rows that can be sent at once, by their company, of which there are a few, and their primary. A Map of a Map,
   * because that keeps the order and drops the first cheaply.
   */
  readonly #ready = new Map<number, Map<string, T>>();
  /** Rows whose primaries wait, soonest first. */
  readonly #delayed: { readonly dueMs: number; readonly row: T }[] = [];
  #held = 0;

  /** Rows here: ready, in flight and parked. */
  get size(): number {
    return this.#held;
  }

  get isReady(): boolean {
    return this.#ready.size > 0;
  }

  get delayedCount(): number {
    return this.#delayed.length;
  }

  /** When the first parked row is due; undefined if none is parked. */
  get nextDueMs(): number | undefined {
    return this.#delayed[0]?.dueMs;
  }

  add(row: T): void {
    this.#held += 1;
    const rows = this.#rows.get(row.primaryKey);
    if (rows !== undefined) {
      rows.push(row);
      return;
    }
    this.#rows.set(row.primaryKey, [row]);
    this.#makeReady(row);
  }

  /** The next rows to send in one call, at most `count`; none if none is ready. They stay counted until settled. */
  take(nowMs: number, count: number): T[] {
    this.#wake(nowMs);
    const maxBatch = Math.min(...this.#ready.keys());
    const primaries = this.#ready.get(maxBatch);
    if (primaries === undefined) return [];
    const taken: T[] = [];
    for (const [primaryKey, row] of primaries) {
      if (taken.length >= Math.min(count, maxBatch)) break;
      primaries.delete(primaryKey);
      taken.push(row);
    }
    if (primaries.size === 0) this.#ready.delete(maxBatch);
    return taken;
  }

  /** The row that was taken is done with: its primary's next one has its turn. */
  complete(row: T): void {
    const rows = this.#rows.get(row.primaryKey);
    if (rows?.[0] !== row) throw new Error("a row was settled that was not taken");
    this.#held -= 1;
    rows.shift();
    const [next] = rows;
    if (next === undefined) this.#rows.delete(row.primaryKey);
    else this.#makeReady(next);
  }

  /** The row that was taken is to be taken again, not before `dueMs`. */
  delay(row: T, dueMs: number): void {
    const at = this.#delayed.findLastIndex((other) => other.dueMs <= dueMs) + 1;
    this.#delayed.splice(at, 0, { dueMs, row });
  }

  /** Every row that is here, in no particular order. */
  *all(): Generator<T> {
    for (const rows of this.#rows.values()) yield* rows;
  }

  #makeReady(row: T): void {
    const primaries = this.#ready.get(row.maxBatch) ?? new Map<string, T>();
    primaries.set(row.primaryKey, row);
    this.#ready.set(row.maxBatch, primaries);
  }

  #wake(nowMs: number): void {
    for (
      let first = this.#delayed[0];
      first !== undefined && first.dueMs <= nowMs;
      first = this.#delayed[0]
    ) {
      this.#delayed.shift();
      this.#makeReady(first.row);
    }
  }
}
