import type { OpenInput } from "../csv/open-input.ts";
import { cutListMessage, mayBeCut } from "../domain/broken-list.ts";
import type { InputRecord } from "../domain/row.ts";
import type { RowStager } from "../ledger/stage-rows.ts";

/** A detector of lists that were cut at a length: cells of that length in a column without a longer one. */
export class CutLists {
  readonly #input: OpenInput;
  /** The longest list of each column. */
  readonly #maxLengths = new Map<number, number>();
  /** The doubts about rows, with the column and the length of their cells. */
  readonly #doubts = new Map<string, { readonly column: number; readonly length: number }>();

  constructor(input: OpenInput) {
    this.#input = input;
  }

  /** Notes the lengths in a record. Returns the doubt about its rows, if there is one. */
  doubtOf({ cells }: InputRecord): string | undefined {
    let doubt: string | undefined;
    for (const column of this.#input.columns.aliases) {
      const { length } = cells[column] ?? "";
      // Nearly all cells are shorter, and are not cut.
      if (length < 255) continue;
      if (length > (this.#maxLengths.get(column) ?? 0)) this.#maxLengths.set(column, length);
      if (doubt !== undefined || !mayBeCut(cells[column] ?? "")) continue;
      doubt = `${column}:${length}`;
      this.#doubts.set(doubt, { column, length });
    }
    return doubt;
  }

  /** Makes the rows of cut lists invalid, once all records are staged. */
  settle(stager: RowStager, file: number): void {
    for (const [doubt, { column, length }] of this.#doubts) {
      const message = cutListMessage(length, this.#input.header?.[column]);
      const isCut = this.#maxLengths.get(column) === length;
      stager.settle(file, doubt, isCut ? { code: "truncated_list", message } : undefined);
    }
  }
}
