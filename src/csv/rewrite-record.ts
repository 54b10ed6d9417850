import { parse } from "csv-parse/sync";
import { type Options, stringify } from "csv-stringify/sync";

/**
 * Writes a record with other cells, in its own dialect: where all of its cells were in quotation marks, all are again.
 * `raw` is one record without the line break that ends it, as the parser took it.
 */
export function rewriteRecord(
  raw: string,
  delimiter: string,
  rewritten: (cells: readonly string[]) => readonly string[],
): string {
  const [cells = []]: string[][] = parse(raw, {
    delimiter,
    // The same liberties that reading takes: what it read once must be read here.
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
  });
  const isQuoted = text(cells, { delimiter, quoted: true }) === raw;
  return text(rewritten(cells), { delimiter, quoted: isQuoted });
}

function text(cells: readonly string[], options: Options): string {
  // A lone CR is a line break to those who read it, though not to csv-stringify; white space at the edges is
  // cut off by some.
  return stringify([[...cells]], { ...options, eof: false, quoted_match: /[\r\n]|^\s|\s$/ });
}
