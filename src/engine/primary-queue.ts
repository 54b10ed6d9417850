interface QueueItem {
  readonly primaryKey: string;
  /** Largest batch that may contain this row (1 = alone). May change while the row is in flight. */
  readonly maxBatch: number;
}

/**
 * A queue of rows by primary. It hands out one row of a primary at a time: a primary whose row is in flight or waits
 * for its retry is not ready until {@link complete} or its due time, so "never two rows of one primary" needs no
 * search. Primaries take turns, first in, first out. Rows with a smaller {@link QueueItem.maxBatch} go first.
 */
export class PrimaryQueue<T extends QueueItem> {
  /** Rows of each primary in the queue, the next one first. */
  readonly #rows = new Map<string, T[]>();
  /**
   * Rows that can be sent now, by `maxBatch` (a few values) and by primary. A Map of Maps, because a Map keeps the order
   * and removes its first entry cheaply.
   */
  readonly #ready = new Map<number, Map<string, T>>();
  /** Rows that wait for their retry, soonest first. */
  readonly #delayed: { readonly dueMs: number; readonly row: T }[] = [];
  #size = 0;

  /** Rows in the queue: ready, in flight and delayed. */
  get size(): number {
    return this.#size;
  }

  get isReady(): boolean {
    return this.#ready.size > 0;
  }

  get delayedCount(): number {
    return this.#delayed.length;
  }

  /** Due time of the first delayed row; undefined if no row is delayed. */
  get nextDueMs(): number | undefined {
    return this.#delayed[0]?.dueMs;
  }

  /** Adds a row behind the others of its primary. */
  add(row: T): void {
    this.#size += 1;
    const rows = this.#rows.get(row.primaryKey);
    if (rows !== undefined) {
      rows.push(row);
      return;
    }
    this.#rows.set(row.primaryKey, [row]);
    this.#makeReady(row);
  }

  /** Takes up to `count` rows for one call; an empty list if no row is ready. They stay in {@link size} until complete. */
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

  /** Removes a taken row, and makes the next row of its primary ready. */
  complete(row: T): void {
    const rows = this.#rows.get(row.primaryKey);
    if (rows?.[0] !== row) throw new Error("a row was completed that was not taken");
    this.#size -= 1;
    rows.shift();
    const [next] = rows;
    if (next === undefined) this.#rows.delete(row.primaryKey);
    else this.#makeReady(next);
  }

  /** Puts a taken row back, to be taken again at `dueMs` or later. */
  delay(row: T, dueMs: number): void {
    const at = this.#delayed.findLastIndex((other) => other.dueMs <= dueMs) + 1;
    this.#delayed.splice(at, 0, { dueMs, row });
  }

  /** Yields every row in the queue, in no particular order. */
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
