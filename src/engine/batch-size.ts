/**
 * The number of rows in one call, learned during the run. Pure. A batch that Mimecast rejects as a whole is too large,
 * or contains a row that Mimecast can't process; which of the two is known only later. So a rejection halves the size,
 * unless a batch of that size was accepted before. If a single row turns out to be the cause, the class forgets the
 * rejection.
 */
export class BatchSize {
  readonly #max: number;
  /** Size of the largest accepted batch. */
  #accepted = 0;
  /** Size of the smallest rejected batch; always above {@link #accepted}. */
  #rejected: number | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  get current(): number {
    if (this.#rejected === undefined) return this.#max;
    return Math.max(1, this.#accepted, Math.floor(this.#rejected / 2));
  }

  accepted(rowCount: number): void {
    this.#accepted = Math.max(this.#accepted, rowCount);
    if (this.#rejected !== undefined && this.#rejected <= this.#accepted) this.#rejected = undefined;
  }

  rejected(rowCount: number): void {
    if (rowCount <= this.#accepted) return;
    this.#rejected = Math.min(this.#rejected ?? rowCount, rowCount);
  }

  /** Forgets rejections of up to `rowCount` rows: a row that Mimecast rejects on its own too may have caused them. */
  forget(rowCount: number): void {
    if (this.#rejected !== undefined && this.#rejected <= rowCount) this.#rejected = undefined;
  }
}
