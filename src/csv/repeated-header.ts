import { formatCount } from "../domain/format.ts";
import type { InputRecord, RecordLayout } from "../domain/row.ts";
import { RunError } from "../domain/run-error.ts";
import { at, named } from "./column-errors.ts";
import { cellAt, familyKey, headerKey, holdsAddresses, SYNONYMS } from "./column-roles.ts";

/** A filter for headers that occur again among the records, as in concatenated exports. */
export class RepeatedHeader {
  readonly #layout: RecordLayout;
  readonly #name: string;
  readonly #keys: readonly string[] | undefined;
  #count = 0;
  #firstLine = 0;

  /** `name` is the name of the input. */
  constructor(layout: RecordLayout, name: string) {
    this.#layout = layout;
    this.#name = name;
    this.#keys = layout.header?.map(headerKey);
  }

  /**
   * Returns the records without repeated headers. Throws RunError "input" for a header with its columns in another
   * order, because the records after it would be read with the addresses swapped.
   */
  without(records: readonly InputRecord[]): readonly InputRecord[] {
    return records.some((record) => this.#canBeHeader(record))
      ? records.filter((record) => !this.#isRepeated(record))
      : records;
  }

  /** Returns a warning about the repeated headers, as a part of a sentence about the file. */
  warnings(): readonly string[] {
    if (this.#count === 0) return [];
    const times = this.#count === 1 ? "once more" : `${formatCount(this.#count)} times more`;
    return [
      `the header occurs ${times}, in line ${this.#firstLine}${this.#count === 1 ? "" : " first"}, and is skipped there`,
    ];
  }

  /** Returns false for nearly every record, because it has an address here. Only others are checked further. */
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

  /** Returns whether a record names both roles, by this file's names or by known ones, in other columns. */
  #isOtherHeader(cells: readonly string[]): boolean {
    const { columns, header = [] } = this.#layout;
    const aliasFor = headerKey(cellAt(header, columns.aliasFor));
    const aliases = new Set(columns.aliases.map((column) => headerKey(cellAt(header, column))));
    const isAliasFor = (cell: string): boolean =>
      cell !== "" && (headerKey(cell) === aliasFor || SYNONYMS.aliasFor.has(headerKey(cell)));
    const isAlias = (cell: string): boolean =>
      cell !== "" && (aliases.has(headerKey(cell)) || SYNONYMS.alias.has(familyKey(cell)));
    if (!cells.some(isAliasFor) || !cells.some(isAlias)) return false;
    // Other names in the same columns are an ordinary record, which is invalid.
    return !(
      isAliasFor(cellAt(cells, columns.aliasFor)) &&
      columns.aliases.every((column) => isAlias(cellAt(cells, column)))
    );
  }

  #otherOrder({ line, cells }: InputRecord): RunError {
    return new RunError(
      "input",
      `${at({ name: this.#name, line })}: a second header, with its columns in another order: ${named(cells, cells.keys())}. The records after it would be read with the addresses swapped. Split the file before this line, and import each part by itself`,
    );
  }
}
