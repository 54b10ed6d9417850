import type { OpenInput } from "../csv/open-input.ts";
import { cutListMessage, mayBeCut } from "../domain/broken-list.ts";
import type { InputRecord } from "../domain/row.ts";
import type { RowStager } from "../ledger/stage-rows.ts";

/** Finds lists that were cut at a length: cells of exactly that length in a column that has no longer one. */
export class CutLists {
  readonly #input: OpenInput;
  /** By column. */
  readonly #maxLengths = new Map<number, number>();
  /** What was said of rows, with the column and the length of their cells. */
  readonly #doubts = new Map<string, { readonly column: number; readonly length: number }>();

  constructor(input: OpenInput) {
    this.#input = input;
  }

  /** Notes a record. Returns the doubt about its rows, if there is one. */
  doubtOf({ cells }: InputRecord): string | undefined {
    let doubt: string | undefined;
    for (const column of this.#input.columns.aliases) {
      const { length } = cells[column] ?? "";
      // Shorter cells are of no interest, and nearly all are.
      if (length < 255) continue;
      if (length > (this.#maxLengths.get(column) ?? 0)) this.#maxLengths.set(column, length);
      if (doubt !== undefined || !mayBeCut(cells[column] ?? "")) continue;
      doubt = `${column}:${length}`;
      this.#doubts.set(doubt, { column, length });
    }
    return doubt;
  }

  /** Refuses the rows of cut lists, once all records are staged. */
  settle(stager: RowStager, file: number): void {
    for (const [doubt, { column, length }] of this.#doubts) {
      const message = cutListMessage(length, this.#input.header?.[column]);
      const isCut = this.#maxLengths.get(column) === length;
      stager.settle(file, doubt, isCut ? { code: "truncated_list", message } : undefined);
    }
  }
}
