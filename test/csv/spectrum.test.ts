import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { allRecords, openText } from "./reading.ts";

const require = createRequire(import.meta.url);
const SPECTRUM = dirname(require.resolve("csv-spectrum"));
const rows = z.array(z.record(z.string(), z.string()));
const expectedRows = z.union([rows, z.record(z.string(), z.string()).transform((row) => [row])]);
/** The package's own answer has another telephone number than its file. */
const MISTAKEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  location_coordinates: { "Contact Phone Number": "2095257564" },
};

const CASES = readdirSync(join(SPECTRUM, "csvs")).map((file) => file.replace(/\.csv$/, ""));

/** The table's records by header, its first two columns standing for the addresses. */
async function readAsRows(content: Buffer | string, piece: number): Promise<Record<string, string>[]> {
  const [aliasFor = "", alias = ""] = String(content).split(/[,\r\n]/);
  const input = await openText(Buffer.from(content), { columns: { aliasFor, aliases: [alias] } }, piece);
  const records = await allRecords(input);
  return records.map(({ cells }) =>
    Object.fromEntries((input.header ?? []).map((name, at) => [name, cells[at] ?? ""])),
  );
}

describe("csv-spectrum's cases are read as it says", () => {
  it.each(CASES)("%s", async (name) => {
    const content = readFileSync(join(SPECTRUM, "csvs", `${name}.csv`));
    const answer: unknown = JSON.parse(readFileSync(join(SPECTRUM, "json", `${name}.json`), "utf8"));
    const expected = expectedRows.parse(answer).map((row) => ({ ...row, ...MISTAKEN[name] }));
    for (const piece of [1, 65536]) expect(await readAsRows(content, piece)).toEqual(expected);
  });
});

describe("RFC 4180's rules hold", () => {
  it.each<[string, string, readonly (readonly string[])[]]>([
    [
      "2.1 each record on its own line, ended by CRLF",
      "a,b\r\naaa,bbb\r\nccc,ddd\r\n",
      [
        ["aaa", "bbb"],
        ["ccc", "ddd"],
      ],
    ],
    [
      "2.2 the last one may have no line break",
      "a,b\r\naaa,bbb\r\nccc,ddd",
      [
        ["aaa", "bbb"],
        ["ccc", "ddd"],
      ],
    ],
    ["2.4 spaces are part of a cell", "a,b\r\n aaa , bbb\r\n", [[" aaa ", " bbb"]]],
    ["2.4 an empty last cell is a cell", "a,b\r\naaa,\r\n", [["aaa", ""]]],
    ["2.5 cells in quotation marks or not", 'a,b\r\n"aaa",bbb\r\n', [["aaa", "bbb"]]],
    ["2.5 an empty cell in quotation marks", 'a,b\r\n"",""\r\n', [["", ""]]],
    ["2.6 line breaks and commas in quotation marks", 'a,b\r\n"b \r\nbb","c,cc"\r\n', [["b \r\nbb", "c,cc"]]],
    ["2.7 a quotation mark in one is doubled", 'a,b\r\n"b""bb",""""\r\n', [['b"bb', '"']]],
    ["and beyond it: a cell of nothing but line breaks", 'a,b\n"\n\r\n\r","x"\n', [["\n\r\n\r", "x"]]],
    [
      "a quotation mark at the end of a cell that does not begin with one",
      'a,b\n5" disk,x"\n',
      [['5" disk', 'x"']],
    ],
    ["text behind a closing quotation mark", 'a,b\n"x" y,z\n', [['"x" y', "z"]]],
    [
      "a record that is a quoted line break alone is one of one cell",
      'a,b\n"\n"\nx,y\n',
      [["\n"], ["x", "y"]],
    ],
  ])("%s", async (_, content, expected) => {
    for (const piece of [1, 2, 65536]) {
      const input = await openText(content, { columns: { aliasFor: "a", aliases: ["b"] } }, piece);
      expect((await allRecords(input)).map(({ cells }) => cells)).toEqual(expected);
    }
  });
});
