import { drawn } from "../drawn.ts";
import { spanMs } from "../span.ts";
import { type Fault, isItemFault } from "./fault.ts";

/** A fault that is due. */
export interface Due<F extends Fault = Fault> {
  readonly fault: F;
  /** Counts one time of the fault for whom it was due. */
  play(): void;
}

/**
 * A fault with what is counted for it: how often each address (or path) had it, and how often each came to be
 * drawn for. Only faults with `times` or `rate` count, so only their memory grows, with the addresses.
 */
export class ScriptedFault<F extends Fault = Fault> {
  readonly #fault: F;
  readonly #seed: number;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #moreThanRows: number;
  readonly #played = new Map<string, number>();
  readonly #draws = new Map<string, number>();

  constructor(fault: F, seed: number) {
    this.#fault = fault;
    this.#seed = seed;
    this.#moreThanRows = isItemFault(fault) ? 0 : (fault.moreThanRows ?? 0);
    this.#fromMs = spanMs(fault.after ?? "0s") ?? 0;
    this.#toMs = this.#fromMs + (spanMs(fault.for ?? "") ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Undefined where it is used up, not its time, or the draw spares the call.
   *
   * @param key whom it would hit
   * @param atMs since the simulator's start
   * @param rowCount rows of the call
   */
  due(key: string, atMs: number, rowCount: number): Due<F> | undefined {
    const { times, rate } = this.#fault;
    if (rowCount <= this.#moreThanRows) return undefined;
    if (atMs < this.#fromMs || atMs >= this.#toMs) return undefined;
    const played = times === undefined ? 0 : (this.#played.get(key) ?? 0);
    if (times !== undefined && played >= times) return undefined;
    if (rate !== undefined && this.#draw(key) >= rate) return undefined;
    return {
      fault: this.#fault,
      play: () => {
        if (times !== undefined) this.#played.set(key, played + 1);
      },
    };
  }

  #draw(key: string): number {
    const count = this.#draws.get(key) ?? 0;
    this.#draws.set(key, count + 1);
    return drawn(this.#seed, key, count);
  }
}
