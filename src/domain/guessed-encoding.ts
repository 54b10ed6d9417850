import { displayText } from "./address.ts";
import type { ParsedRecord, ParsedRow } from "./parsed-record.ts";
import type { InputRecord, RecordLayout } from "./row.ts";

const BEYOND_ASCII = /[^\0-\u007f]/;
/** Non-ASCII characters that are removed around an address, or separate two. They may be letters in another encoding. */
const INVISIBLE = /[\u00a0\u00ad]/;

/**
 * Makes each row invalid whose address depends on a guessed encoding, because one wrong letter makes it another
 * person's address. Other columns of the record may depend on the guess. `guessed` is the encoding's name.
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
  // A text without @ in one encoding does not have one in the others either.
  if (row.kind === "invalid" && (row.code !== "invalid_address" || !found.includes("@"))) return row;
  const other = ["windows-1252", "macintosh", "cp850", "cp437"].filter((name) => name !== guessed);
  return {
    kind: "invalid",
    aliasFor,
    alias,
    code: "guessed_encoding",
    message: `'${displayText(found)}' has letters beyond ASCII, and the file's encoding is a guess: ${guessed}. If the address is correct, run the same command again with --encoding ${guessed}; otherwise give the file's encoding, such as ${other.join(", ")}`,
  };
}
