import { parse } from "csv-parse/sync";
import { type Options, stringify } from "csv-stringify/sync";

/**
 * Rewrites a record with other cells in its own dialect: if all of its cells are quoted, all are quoted again. `raw` is
 * the text of one record, as the parser gives it, without the line break that ends it.
 */
export function rewriteRecord(
  raw: string,
  delimiter: string,
  rewritten: (cells: readonly string[]) => readonly string[],
): string {
  const [cells = []]: string[][] = parse(raw, {
    delimiter,
    // The same leniency as in RecordParser: what was parsed there must be parsed here.
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
  });
  const isQuoted = text(cells, { delimiter, quoted: true }) === raw;
  return text(rewritten(cells), { delimiter, quoted: isQuoted });
}

function text(cells: readonly string[], options: Options): string {
  // Readers treat a lone CR as a line break, but csv-stringify does not. Some readers trim white space at the edges.
  return stringify([[...cells]], { ...options, eof: false, quoted_match: /[\r\n]|^\s|\s$/ });
}
