import { beginsWithKind } from "../domain/address-list.ts";
import type { ParsedRecord } from "../domain/parsed-record.ts";
import type { InputRecord, RecordLayout } from "../domain/row.ts";

/** A record and its parsed rows. */
export interface ReadRecord {
  readonly record: InputRecord;
  readonly reading: ParsedRecord;
}

/** The maximum of records held back. Lists have fewer lines, so more records without an alias are not a broken list. */
const MAX_HELD_RECORDS = 1_000;

/**
 * A check for records that may be the rest of a list: next to a record with a misplaced quotation mark, the lines of a
 * list look like records with a mailbox and without an alias. It makes them invalid. Call {@link next} for each record
 * of an input, in order.
 */
export class DamageWatch {
  readonly #layout: RecordLayout;
  /** Records with a lone address directly before the next record. They are held back, because it may be damaged. */
  #held: ReadRecord[] = [];
  /** The line of the damaged record, while the records after it may belong to it. */
  #damagedLine: number | undefined;

  constructor(layout: RecordLayout) {
    this.#layout = layout;
  }

  /** Takes a record. Returns the records that are decided now, in order. */
  next(record: InputRecord, reading: ParsedRecord): readonly ReadRecord[] {
    if (isDamaged(reading)) {
      this.#damagedLine = record.line;
      const held = this.#held.map((it) => ({ ...it, reading: this.#refused(it.record, record.line) }));
      this.#held = [];
      return [...held, { record, reading }];
    }
    const isWithoutRow = reading.kind === "list" && reading.rowCount === 0;
    const damagedLine = this.#damagedLine;
    // The end of a damaged record has too few cells.
    const isShort = record.cells.length < this.#layout.cellCount;
    if (isWithoutRow && damagedLine !== undefined && (isShort || isLoneAddress(record))) {
      return [{ record, reading: this.#refused(record, damagedLine) }];
    }
    if (isWithoutRow && isLoneAddress(record)) {
      this.#held.push({ record, reading });
      return this.#held.length > MAX_HELD_RECORDS ? this.#held.splice(0, 1) : [];
    }
    const held = this.end();
    if (damagedLine === undefined || isWithoutRow || reading.kind === "invalid") {
      return held.length === 0 ? [{ record, reading }] : [...held, { record, reading }];
    }
    this.#damagedLine = undefined;
    return [{ record, reading: isShort ? this.#refused(record, damagedLine) : reading }];
  }

  /** Returns the records held back, which a damaged one has not followed. */
  end(): readonly ReadRecord[] {
    if (this.#held.length === 0) return [];
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #refused({ cells }: InputRecord, damagedLine: number): ParsedRecord {
    const { aliasFor, aliases } = this.#layout.columns;
    return {
      kind: "invalid",
      aliasFor: cells[aliasFor] ?? "",
      alias: aliases.flatMap((column) => cells[column] || []).join(";"),
      code: "misplaced_quote",
      message: `the record may be part of the one in line ${damagedLine}, which has a misplaced quotation mark. Fix that one, and import both again`,
    };
  }
}

function isDamaged(reading: ParsedRecord): boolean {
  return (
    reading.kind === "invalid" && (reading.code === "misplaced_quote" || reading.code === "swallowed_record")
  );
}

/** Returns whether the only non-empty cell of a record is one with an address. */
function isLoneAddress({ cells }: InputRecord): boolean {
  const [only, ...more] = cells.filter((cell) => cell.trim() !== "");
  return only !== undefined && more.length === 0 && (only.includes("@") || beginsWithKind(only));
}
