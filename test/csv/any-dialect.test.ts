import { gzipSync } from "node:zlib";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpenInput } from "../../src/csv/open-input.ts";
import { type InputRecord, parseRecord } from "../../src/domain/row.ts";
import { encoded } from "./encodings.ts";
import { allRecords, openText } from "./reading.ts";

const host = fc.constantFrom(
  "company.example",
  "Old-Company.example",
  "a.b.example",
  "xn--bcher-kva.example",
);
const local = fc.stringMatching(/^[a-z0-9_+&-][a-z0-9_'+&-]{0,11}(\.[a-z0-9]{1,8})?$/);
const address = fc.tuple(local, host).map(([name, domain]) => `${name}@${domain}`);
/** No two of these make bytes of Windows-1252 that UTF-8 could have. */
const WORDS = [
  "",
  "Müller",
  "Köln €",
  "naïve, – señor",
  "a;b",
  '5" disk',
  "x\r\ny\nz",
  "|\t|",
  "'",
  " œuvre ",
  "=1+1",
];
const words = fc.constantFrom(...WORDS);
const anything = fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.replaceAll("\0", ""));

/** How a table is written. */
const writing = fc.record({
  encoding: fc.constantFrom("utf-8", "utf-16le", "utf-16be", "windows-1252"),
  mark: fc.boolean(),
  delimiter: fc.constantFrom(",", ";", "\t", "|"),
  lineBreak: fc.constantFrom("\r\n", "\n", "\r"),
  quoted: fc.boolean(),
  lastLineBreak: fc.boolean(),
  sep: fc.boolean(),
  type: fc.boolean(),
  gzip: fc.boolean(),
  header: fc.constantFrom(
    ["aliasFor", "alias", "note"],
    ["note", "ALIAS", "Alias For"],
    ["Primary SMTP Address", "Note, or ;|", "Proxy-Addresses"],
    ["secondary", "mail", "Anmerkung"],
  ),
  pieceBytes: fc.integer({ min: 1, max: 300 }),
});
type Writing = typeof writing extends fc.Arbitrary<infer T> ? T : never;

const table = writing.chain((how) => {
  // What can't be written in the encoding, and what could be told from it only with a mark, is left out.
  const note =
    how.encoding === "utf-8" || (how.encoding !== "windows-1252" && how.mark)
      ? fc.oneof(words, anything)
      : words;
  const rows = fc.array(fc.tuple(address, address, note), { minLength: 1, maxLength: 8 });
  return fc.tuple(fc.constant(how), rows);
});

describe("any table, in any dialect and encoding that is told from the file alone", () => {
  it("reads back as the same pairs and notes, and so does what is written back of it", async () => {
    await fc.assert(
      fc.asyncProperty(table, async ([how, rows]) => {
        const input = await openText(bytesOf(how, rows), {}, how.pieceBytes);
        const records = await allRecords(input);
        expect(pairsOf(input, records)).toEqual(rows.map(([primary, alias]) => pairOf(primary, alias)));
        const noteAt =
          [0, 1, 2].find((at) => at !== input.columns.aliasFor && !input.columns.aliases.includes(at)) ?? -1;
        expect(records.map(({ cells }) => cells[noteAt])).toEqual(rows.map(([, , note]) => note));
        const again = await openText(writtenBack(input, records), {}, how.pieceBytes);
        expect((await allRecords(again)).map(({ cells }) => cells)).toEqual(
          records.map(({ cells }) => cells),
        );
        expect(again).toMatchObject({ columns: input.columns, delimiter: input.delimiter, bom: input.bom });
      }),
      { numRuns: 600 },
    );
  });
});

function bytesOf(how: Writing, rows: readonly (readonly [string, string, string])[]): Buffer {
  const { delimiter, lineBreak, quoted, header } = how;
  const isNote = (name: string): boolean => /^(note|anm)/i.test(name);
  const isAlias = (name: string): boolean => /^(alias|prox|sec)/i.test(name) && !/for$/i.test(name);
  const records = rows.map(([primary, alias, note]) =>
    header.map((name) => (isNote(name) ? note : isAlias(name) ? alias : primary)),
  );
  // csv-stringify leaves a lone CR, and a quotation mark's absence, to whoever reads: quoted where it matters.
  const text = stringify([header, ...records], {
    delimiter,
    record_delimiter: lineBreak,
    quoted,
    quoted_match: /[\r\n]/,
    eof: how.lastLineBreak,
  });
  const before = `${how.sep ? `sep=${delimiter}${lineBreak}` : ""}${how.type ? `#TYPE System.Object${lineBreak}` : ""}`;
  const bytes = encoded(before + text, how.encoding, how.mark && how.encoding !== "windows-1252");
  return how.gzip ? gzipSync(bytes) : bytes;
}

function pairsOf(input: OpenInput, records: readonly InputRecord[]): unknown[] {
  return records.map((record) => {
    const reading = parseRecord(record, input);
    return reading.kind === "invalid" ? reading.code : reading.kind === "pair" ? reading.pair : "list";
  });
}

function pairOf(aliasFor: string, alias: string): unknown {
  return aliasFor.toLowerCase() === alias.toLowerCase() ? "alias_is_primary" : { aliasFor, alias };
}

function writtenBack(input: OpenInput, records: readonly InputRecord[]): string {
  const lines = [input.headerRaw, ...records.map(({ raw }) => raw)];
  return `${input.bom ? "\ufeff" : ""}${lines.join(input.lineBreak)}${input.lineBreak}`;
}
