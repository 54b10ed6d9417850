import { isUtf8 } from "node:buffer";
import { gzipSync } from "node:zlib";
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

const HEADER = "aliasFor,alias,note\n";
const beginnings = [
  Buffer.from(""),
  Buffer.from(HEADER),
  Buffer.from(`\ufeff${HEADER}`),
  Buffer.from(`sep=;\r\n#TYPE x\r\n${HEADER}`),
  Buffer.from(`\ufeff${HEADER}`, "utf16le"),
  Buffer.from(`\ufeff${HEADER}`, "utf16le").swap16(),
  Buffer.from(HEADER, "utf16le"),
  Buffer.from("ann@x.example;a@x.example\n"),
  Buffer.from([0x1f, 0x8b, 8]),
];
const rawBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom(...Buffer.from('a@x.e",;\t|\r\n\ufeffü \0')), { maxLength: 300 })
    .map((it) => Uint8Array.from(it)),
);
const input = fc
  .tuple(fc.constantFrom(...beginnings), rawBytes, fc.constantFrom("plain", "gzip", "cut gzip"))
  .map(([beginning, rest, wrapping]) => {
    const bytes = Buffer.concat([beginning, rest]);
    if (wrapping === "plain") return bytes;
    const zipped = gzipSync(bytes);
    return wrapping === "gzip" ? zipped : zipped.subarray(0, zipped.length >> 1);
  });
const options = fc.record({
  encoding: fc.constantFrom(
    undefined,
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1252",
    "shift_jis",
    "gb18030",
  ),
  delimiter: fc.constantFrom(undefined, ",", ";", "§"),
  noHeader: fc.boolean(),
});

describe("for any bytes", () => {
  it("reading ends, with records or with a reason, and what can't be decoded never passes for text", async () => {
    await fc.assert(
      fc.asyncProperty(input, options, fc.integer({ min: 1, max: 40 }), async (content, how, pieceBytes) => {
        try {
          const opened = await openText(content, how, pieceBytes);
          for (const record of await allRecords(opened)) {
            expect(record.cells.length).toBeGreaterThan(0);
            expect(record.raw).not.toBe("");
            if (record.raw.includes("\0")) expect(record.undecodable).toMatch(/NUL/);
            if (record.undecodable === undefined) expect(record.raw.isWellFormed()).toBe(true);
          }
          expect(opened.bytesRead()).toBe(content.length);
        } catch (error) {
          if (!(error instanceof RunError)) throw error;
          expect(error.kind).toBe("input");
          expect(error.message).toMatch(/^standard input/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("in UTF-8, a record is undecodable exactly where its bytes are no UTF-8 or have a NUL", async () => {
    const part = fc.oneof(
      fc.constantFrom("ü", "😀", "\ufffd", "x", "€").map((text) => Buffer.from(text)),
      fc
        .uint8Array({ minLength: 1, maxLength: 3 })
        .map((bytes) =>
          Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 || byte === 34 ? 0xff : byte))),
        ),
    );
    const line = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => Buffer.concat(parts));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (lines, piece) => {
          const content = Buffer.concat([
            Buffer.from(HEADER),
            ...lines.flatMap((it) => [Buffer.from("x"), it, Buffer.from("\n")]),
          ]);
          const records = await allRecords(await openText(content, { encoding: "utf-8" }, piece));
          expect(records.map(({ undecodable }) => undecodable !== undefined)).toEqual(
            lines.map((it) => !isUtf8(it) || it.includes(0)),
          );
        },
      ),
      { numRuns: 500 },
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
