import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { allRecords, openText } from "./reading.ts";

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\r", "\n", " ", "ü", "😀", "\t"), maxLength: 6 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
// A first cell of text, so that no record looks like a blank line; and csv-stringify writes NULs as they are.
const row = fc
  .tuple(fc.constantFrom("x", "y"), fc.array(cell, { minLength: 1, maxLength: 4 }))
  .map(([first, others]) => [first, ...others].map((it) => it.replaceAll("\0", "")));

describe("for any table", () => {
  it("its cells, its records' first lines and their text are read as they were written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.constantFrom(",", ";", "\t"),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (rows, lineBreak, delimiter, pieceBytes, blankLines) => {
          const texts = rows.map((cells) => stringify([cells], { delimiter, eof: false }));
          const separator = blankLines ? lineBreak.repeat(2) : lineBreak;
          const content = ["aliasFor", ...texts]
            .join(separator)
            .replace("aliasFor", `aliasFor${delimiter}alias`);
          const input = await openText(content, { delimiter }, pieceBytes);
          const records = await allRecords(input);
          expect(records.map((it) => it.cells)).toEqual(rows);
          expect(records.map((it) => it.raw)).toEqual(texts);
          expect(records.map((it) => it.line)).toEqual(firstLines(texts, separator));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("for any bytes", () => {
  it("reading ends, with records or with a reason", async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom(...Buffer.from('a@x.e",\r\n\ufeffü \t')), { maxLength: 300 })
        .map((it) => Uint8Array.from(it)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), async (content, pieceBytes) => {
        try {
          const input = await openText(Buffer.from(content), { noHeader: true }, pieceBytes);
          for (const record of await allRecords(input)) {
            expect(record.cells.length).toBeGreaterThan(0);
            expect(record.raw).not.toBe("");
          }
          expect(input.bytesRead()).toBe(content.length);
        } catch (error) {
          if (!(error instanceof RunError)) throw error;
          expect(error.kind).toBe("input");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Counted in the written text itself, a line break being CRLF, LF or CR. */
function firstLines(texts: readonly string[], separator: string): readonly number[] {
  let before = "header";
  return texts.map((text) => {
    before += separator;
    const line = before.split(/\r\n|\n|\r/).length;
    before += text;
    return line;
  });
}
