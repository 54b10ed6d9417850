/**
 * Rows that are ready to be sent, by primary. It hands out one row of a primary at a time: a primary whose row
 * is in flight, or waits for its retry, is out of the queue until {@link settle} or its due time, so "never two
 * rows of one primary" needs no search. Primaries take turns, first come first served.
 */
export class PrimaryQueue<T extends { readonly primaryKey: string }> {
  /** Rows of each primary that is known here, the next one first. */
  readonly #rows = new Map<string, T[]>();
  /** Primaries whose next row can be sent at once. A Map, because it keeps the order and drops the first cheaply. */
  readonly #ready = new Map<string, true>();
  /** Primaries that wait, soonest first. */
  readonly #parked: { readonly dueMs: number; readonly primaryKey: string }[] = [];
  #held = 0;

  /** Rows here: ready, in flight and parked. */
  get size(): number {
    return this.#held;
  }

  get readyCount(): number {
    return this.#ready.size;
  }

  get parkedCount(): number {
    return this.#parked.length;
  }

  /** When the first parked row is due; undefined if none is parked. */
  get nextDueMs(): number | undefined {
    return this.#parked[0]?.dueMs;
  }

  add(row: T): void {
    this.#held += 1;
    const rows = this.#rows.get(row.primaryKey);
    if (rows !== undefined) {
      rows.push(row);
      return;
    }
    this.#rows.set(row.primaryKey, [row]);
    this.#ready.set(row.primaryKey, true);
  }

  /** The next row to send, or undefined if none is ready. It stays counted until it is settled. */
  take(nowMs: number): T | undefined {
    this.#wake(nowMs);
    const [primaryKey] = this.#ready.keys();
    if (primaryKey === undefined) return undefined;
    this.#ready.delete(primaryKey);
    return this.#rows.get(primaryKey)?.[0];
  }

  /** The row that was taken is done with: its primary's next one has its turn. */
  settle(row: T): void {
    const rows = this.#rows.get(row.primaryKey);
    if (rows?.[0] !== row) throw new Error("a row was settled that was not taken");
    this.#held -= 1;
    rows.shift();
    if (rows.length === 0) this.#rows.delete(row.primaryKey);
    else this.#ready.set(row.primaryKey, true);
  }

  /** The row that was taken is to be taken again, not before `dueMs`. */
  park(row: T, dueMs: number): void {
    const at = this.#parked.findLastIndex((other) => other.dueMs <= dueMs) + 1;
    this.#parked.splice(at, 0, { dueMs, primaryKey: row.primaryKey });
  }

  /** Every row that is here, in no particular order. */
  *all(): Generator<T> {
    for (const rows of this.#rows.values()) yield* rows;
  }

  #wake(nowMs: number): void {
    for (let first = this.#parked[0]; first !== undefined && first.dueMs <= nowMs; first = this.#parked[0]) {
      this.#parked.shift();
      this.#ready.set(first.primaryKey, true);
    }
  }
}
