import { formatCount } from "../domain/format.ts";
import type { InputRecord, RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import { at, named } from "./column-errors.ts";
import { cellAt, familyKey, headerKey, holdsAddresses, SYNONYMS } from "./column-roles.ts";

/** Takes the header out where it occurs again among the records, as in exports that were glued together. */
export class RepeatedHeader {
  readonly #layout: RecordLayout;
  readonly #name: string;
  readonly #keys: readonly string[] | undefined;
  #count = 0;
  #firstLine = 0;

  /** `name` is the input's. */
  constructor(layout: RecordLayout, name: string) {
    this.#layout = layout;
    this.#name = name;
    this.#keys = layout.header?.map(headerKey);
  }

  /**
   * Returns the records that are not the header again. Throws RunError "input" for a header with its columns in
   * another order: what is behind it would be read the wrong way round.
   */
  without(records: readonly InputRecord[]): readonly InputRecord[] {
    return records.some((record) => this.#canBeHeader(record))
      ? records.filter((record) => !this.#isRepeated(record))
      : records;
  }

  /** Returns what people should know of it, as parts of sentences about the file. */
  remarks(): readonly string[] {
    if (this.#count === 0) return [];
    const times = this.#count === 1 ? "once more" : `${formatCount(this.#count)} times more`;
    return [
      `the header occurs ${times}, in line ${this.#firstLine}${this.#count === 1 ? "" : " first"}, and is skipped there`,
    ];
  }

  /** Nearly every record has an address here, and is not looked at any further. */
  #canBeHeader({ cells }: InputRecord): boolean {
    return !cellAt(cells, this.#layout.columns.aliasFor).includes("@");
  }

  #isRepeated(record: InputRecord): boolean {
    if (!this.#canBeHeader(record) || record.cells.some(holdsAddresses)) return false;
    const { aliasFor, aliases } = this.#layout.columns;
    const keys = record.cells.map(headerKey);
    if (this.#keys !== undefined && [aliasFor, ...aliases].every((at) => keys[at] === this.#keys?.[at])) {
      if (this.#count === 0) this.#firstLine = record.line;
      this.#count += 1;
      return true;
    }
    if (this.#isOtherHeader(record.cells)) throw this.#otherOrder(record);
    return false;
  }

  /** Tells whether a record names both addresses, by this file's names or by any that are known, in other columns. */
  #isOtherHeader(cells: readonly string[]): boolean {
    const { columns, header = [] } = this.#layout;
    const aliasFor = headerKey(cellAt(header, columns.aliasFor));
    const aliases = new Set(columns.aliases.map((column) => headerKey(cellAt(header, column))));
    const isAliasFor = (cell: string): boolean =>
      cell !== "" && (headerKey(cell) === aliasFor || SYNONYMS.aliasFor.has(headerKey(cell)));
    const isAlias = (cell: string): boolean =>
      cell !== "" && (aliases.has(headerKey(cell)) || SYNONYMS.alias.has(familyKey(cell)));
    if (!cells.some(isAliasFor) || !cells.some(isAlias)) return false;
    // Under other names in the same columns it is a record like any other, and invalid.
    return !(
      isAliasFor(cellAt(cells, columns.aliasFor)) &&
      columns.aliases.every((column) => isAlias(cellAt(cells, column)))
    );
  }

  #otherOrder({ line, cells }: InputRecord): RunError {
    return new RunError(
      "input",
      `${at({ name: this.#name, line })}: a second header, with its columns in another order: ${named(cells, cells.keys())}. The records behind it would be read the wrong way round. Split the file before this line, and import each part by itself`,
    );
  }
}
