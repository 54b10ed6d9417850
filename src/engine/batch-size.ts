/**
 * How many rows travel in one call, as a run learns it. Pure. A call that is refused as a whole was too large, or
 * has a row that spoils it; which of the two is known only later. So a refusal halves the number, unless as many
 * have been accepted before; and where it turns out that a single row was to blame, what was learnt from it is
 * taken back.
 */
export class BatchSize {
  readonly #most: number;
  /** The most rows of a call that was not refused as a whole. */
  #accepted = 0;
  /** The fewest rows of a call that was, and more than were accepted. */
  #refused: number | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get current(): number {
    if (this.#refused === undefined) return this.#most;
    return Math.max(1, this.#accepted, Math.floor(this.#refused / 2));
  }

  accepted(rowCount: number): void {
    this.#accepted = Math.max(this.#accepted, rowCount);
    if (this.#refused !== undefined && this.#refused <= this.#accepted) this.#refused = undefined;
  }

  rejected(rowCount: number): void {
    if (rowCount <= this.#accepted) return;
    this.#refused = Math.min(this.#refused ?? rowCount, rowCount);
  }

  /** One row is refused by itself as well, so it may have been to blame for refusals of up to so many rows. */
  forget(rowCount: number): void {
    if (this.#refused !== undefined && this.#refused <= rowCount) this.#refused = undefined;
  }
}
