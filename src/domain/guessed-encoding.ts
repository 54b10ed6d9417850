import { displayText } from "./address.ts";
import type { ParsedRecord, ParsedRow } from "./parsed-record.ts";
import type { InputRecord, RecordLayout } from "./row.ts";

const BEYOND_ASCII = /[^\0-\u007f]/;
/** Characters beyond ASCII that are removed around an address, and separate addresses. They may be letters as well. */
const INVISIBLE = /[\u00a0\u00ad]/;

/**
 * Refuses each row of a record whose address depends on an encoding that is only a guess: one letter read wrongly is
 * another person's address. Other columns of the record may depend on it. `guessed` is the encoding's name.
 */
export function withoutGuesses(
  reading: ParsedRecord,
  record: InputRecord,
  { columns }: RecordLayout,
  guessed: string,
): ParsedRecord {
  const cells = [columns.aliasFor, ...columns.aliases].map((column) => record.cells[column] ?? "");
  const inDoubt = cells.filter((cell) => BEYOND_ASCII.test(cell));
  if (inDoubt.length === 0) return reading;
  const hidden = inDoubt.find((cell) => INVISIBLE.test(cell));
  if (reading.kind !== "list") return withoutGuess(reading, hidden, guessed);
  return { ...reading, rows: rowsWithoutGuesses(reading.rows, hidden, guessed) };
}

function* rowsWithoutGuesses(
  rows: Iterable<ParsedRow>,
  hidden: string | undefined,
  guessed: string,
): Generator<ParsedRow, void, undefined> {
  for (const row of rows) yield withoutGuess(row, hidden, guessed);
}

function withoutGuess(row: ParsedRow, hidden: string | undefined, guessed: string): ParsedRow {
  const { aliasFor, alias } = row.kind === "pair" ? row.pair : row;
  const found = [aliasFor, alias].find((address) => BEYOND_ASCII.test(address)) ?? hidden;
  if (found === undefined) return row;
  // What has no @ in one encoding has none in any of them.
  if (row.kind === "invalid" && (row.code !== "invalid_address" || !found.includes("@"))) return row;
  const other = ["windows-1252", "macintosh", "cp850", "cp437"].filter((name) => name !== guessed);
  return {
    kind: "invalid",
    aliasFor,
    alias,
    code: "guessed_encoding",
    message: `'${displayText(found)}' has letters beyond ASCII, and nothing tells the file's encoding: ${guessed} was assumed. If the address is right so, run the same command again with --encoding ${guessed}; otherwise name the file's own encoding, such as ${other.join(", ")}`,
  };
}
