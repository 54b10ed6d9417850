import type { OpenInput } from "../csv/open-input.ts";
import type { ReadingNotes } from "../read-input/stage-input.ts";
import { progressLine } from "./progress-line.ts";
import type { Talk } from "./talk.ts";

/** Exchange exports some hundred columns. */
const NAMES_SHOWN = 20;

/** Says which columns of the inputs were taken, and shows how far they are read. */
export function showReading(talk: Talk, inputs: readonly OpenInput[], notes: ReadingNotes): void {
  for (const input of inputs) {
    const named = (indexes: readonly number[]): string => namedColumns(input, indexes);
    const { aliasFor, aliases } = input.columns;
    const text = `${input.encoding()}, cells separated by ${delimiterWords(input.delimiter)}`;
    talk.say(
      `Reading ${input.name}: aliasFor from ${named([aliasFor])}, alias from ${named(aliases)} (${text})`,
    );
    const { unreadColumns } = input;
    if (unreadColumns.length > 0) talk.say(`  not read, though there are addresses: ${named(unreadColumns)}`);
  }
  const total = inputs.reduce((sum, input) => sum + (input.bytesTotal ?? 0), 0);
  if (total === 0) return;
  const parts = [{ text: "reading", weight: 1 }];
  talk.bar?.begin((columns) => progressLine(notes.bytesRead, total, parts, columns));
}

/** Columns by their headers, or by position where there is none; those that have one header with their positions. */
function namedColumns({ header }: OpenInput, indexes: readonly number[]): string {
  const names = indexes.map((index) => {
    const name = header?.[index];
    if (name === undefined) return `column ${index + 1}`;
    return header?.indexOf(name) === header?.lastIndexOf(name)
      ? `"${name}"`
      : `"${name}" (column ${index + 1})`;
  });
  const more = names.length - NAMES_SHOWN;
  if (more > 0) return `${names.slice(0, NAMES_SHOWN).join(", ")} and ${more} more`;
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

function delimiterWords(delimiter: string): string {
  return DELIMITER_WORDS[delimiter] ?? `'${delimiter}'`;
}

const DELIMITER_WORDS: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "\t": "tabs" };
