/** A record of an input file, found by reading one character after the other. */
export interface FoundRecord {
  /** The physical line where it begins, from 1. */
  readonly line: number;
  /** The text without the line break that ends it. */
  readonly raw: string;
  readonly cells: readonly string[];
}

/** Every record of a CSV text, the header first. Blank lines are none. */
export function recordsIn(text: string): FoundRecord[] {
  const records: FoundRecord[] = [];
  let line = 1;
  let beginLine = 1;
  let raw = "";
  let cell = "";
  let cells: string[] = [];
  let isQuoted = false;
  const end = (): void => {
    if (raw !== "") records.push({ line: beginLine, raw, cells: [...cells, cell] });
    raw = "";
    cell = "";
    cells = [];
    beginLine = line;
  };
  const characters = text.replace(/^\u{feff}/u, "").replaceAll("\r\n", "\n");
  for (const character of characters) {
    if (character === "\n") line += 1;
    if (character === "\n" && !isQuoted) {
      end();
      continue;
    }
    if (character === '"') {
      // The second of two within a quoted cell is one of the cell's own.
      if (!isQuoted && raw.endsWith('"')) cell += '"';
      isQuoted = !isQuoted;
    } else if (character === "," && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += character;
    raw += character;
  }
  end();
  return records;
}
