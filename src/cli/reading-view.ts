import type { OpenInput } from "../csv/open-input.ts";
import type { ReadingNotes } from "../read-input/stage-input.ts";
import { progressLine } from "./progress-line.ts";
import type { Talk } from "./talk.ts";

/** Says which columns of the inputs were taken, and shows how far they are read. */
export function showReading(talk: Talk, inputs: readonly OpenInput[], notes: ReadingNotes): void {
  for (const input of inputs) {
    const name = (index: number): string => input.header?.[index] ?? `column ${index + 1}`;
    const { aliasFor, alias } = input.columns;
    const text = `${input.encoding()}, cells separated by ${delimiterWords(input.delimiter)}`;
    talk.say(
      `Reading ${input.name}: aliasFor from "${name(aliasFor)}", alias from "${name(alias)}" (${text})`,
    );
  }
  const total = inputs.reduce((sum, input) => sum + (input.bytesTotal ?? 0), 0);
  if (total === 0) return;
  const parts = [{ text: "reading", weight: 1 }];
  talk.bar?.begin((columns) => progressLine(notes.bytesRead, total, parts, columns));
}

function delimiterWords(delimiter: string): string {
  return DELIMITER_WORDS[delimiter] ?? `'${delimiter}'`;
}

const DELIMITER_WORDS: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "\t": "tabs" };
