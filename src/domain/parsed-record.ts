import type { ToolCode } from "./failure.ts";

/** A parsed row: a pair that can be sent, or the reason why it is invalid. */
export type ParsedRow =
  | {
      readonly kind: "pair";
      readonly pair: Pair;
      /** The addresses in the form in which they are compared. */
      readonly primaryKey: string;
      readonly aliasKey: string;
      /** White space or invisible characters around an address were removed. */
      readonly cleaned: boolean;
    }
  | {
      readonly kind: "invalid";
      /** The cell's text; empty if the record is too short to have the cell. */
      readonly aliasFor: string;
      readonly alias: string;
      readonly code: ToolCode;
      readonly message: string;
    };

/** A parsed record: one row, or a list of any number of rows. */
export type ParsedRecord =
  | ParsedRow
  | {
      readonly kind: "list";
      /** The number of rows; 0 if the record has no secondary address, which is not a failure. */
      readonly rowCount: number;
      /** The rows in the cell's order, parsed one by one as they are read. */
      readonly rows: Iterable<ParsedRow>;
      /** The number of entries of other kinds, such as x500, which are skipped. */
      readonly otherCount: number;
      /** The number of entries that are aliasFor itself, which are skipped. `SMTP:` is not counted. */
      readonly ownCount: number;
    };

/**
 * A primary address and a secondary address that is to belong to it, named as in the API. Both are valid addresses in
 * the form that is sent: as the input has them, trimmed.
 */
export interface Pair {
  readonly aliasFor: string;
  readonly alias: string;
}
