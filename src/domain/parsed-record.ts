import type { ToolCode } from "./failure.ts";
import type { Pair } from "./row.ts";

/** What a row says: a pair that can be sent, or why it is none. */
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
      /** What was found; empty where the record does not reach so far. */
      readonly aliasFor: string;
      readonly alias: string;
      readonly code: ToolCode;
      readonly message: string;
    };

/** What a record gives: one row, several, or none. */
export type ParsedRecord =
  | ParsedRow
  | {
      readonly kind: "list";
      /** How many rows there are; none where the record has no secondary address, which is no failure. */
      readonly rowCount: number;
      /** Made one by one, in the cell's order. */
      readonly rows: Iterable<ParsedRow>;
      /** The number of entries of other kinds, such as x500, which are skipped. */
      readonly otherCount: number;
      /** The number of entries that are aliasFor itself, which are skipped. `SMTP:` is not counted. */
      readonly ownCount: number;
    };
