import { describe, expect, it } from "vitest";
import { withoutGuesses } from "../../src/domain/guessed-encoding.ts";
import { parseRecord } from "../../src/domain/row.ts";

const layout = {
  columns: { aliasFor: 0, aliases: [1] },
  cellCount: 3,
  delimiter: ",",
  header: ["mail", "proxyAddresses", "name"],
};

/** `code alias` of each row of a record in a file that was read as Windows-1252 by guess. */
function readByGuess(...cells: string[]): string[] {
  const record = { line: 2, cells, raw: cells.join(",") };
  const reading = withoutGuesses(parseRecord(record, layout), record, layout, "windows-1252");
  const rows = reading.kind === "list" ? [...reading.rows] : [reading];
  return rows.map((row) => (row.kind === "pair" ? row.pair.alias : `${row.code} ${row.alias}`));
}

describe("a row of a file whose encoding is a guess", () => {
  it("is invalid where one of its addresses has a letter beyond ASCII", () => {
    expect(readByGuess("p@x.example", "jŸrgen@x.example", "")).toEqual(["guessed_encoding jŸrgen@x.example"]);
    expect(readByGuess("jŸrgen@x.example", "a@x.example", "")).toEqual(["guessed_encoding a@x.example"]);
    expect(readByGuess("p@x.example", "a@mŸller.example", "")).toEqual(["guessed_encoding a@mŸller.example"]);
  });

  it("is invalid for the guess where what was guessed is not an address at all", () => {
    expect(readByGuess("p@x.example", "j\u0081rgen@x.example", "")).toEqual([
      "guessed_encoding j\u0081rgen@x.example",
    ]);
    expect(readByGuess("…zg@x.example", "a@x.example", "")).toEqual(["guessed_encoding a@x.example"]);
  });

  it("is invalid where a character that is removed or separates may be a letter", () => {
    expect(readByGuess("p@x.example", "\u00a0ann@x.example", "")).toEqual(["guessed_encoding ann@x.example"]);
    expect(readByGuess("p@x.example", "a@x.example\u00a0b@x.example", "")).toEqual([
      "guessed_encoding a@x.example",
      "guessed_encoding b@x.example",
    ]);
  });

  it("is a pair where only other columns, other entries or other kinds of addresses depend on it", () => {
    expect(readByGuess("p@x.example", "a@x.example", "MŸller")).toEqual(["a@x.example"]);
    expect(readByGuess("p@x.example", "smtp:a@x.example;smtp:Ÿ@x.example;x500:/o=ZŸrich", "")).toEqual([
      "a@x.example",
      "guessed_encoding Ÿ@x.example",
    ]);
  });

  it("keeps another reason for which it is invalid", () => {
    expect(readByGuess("p@x.example", "SMTP:Ÿ@x.example;smtp:a@x.example", "")).toEqual([
      "primary_mismatch SMTP:Ÿ@x.example;smtp:a@x.example",
    ]);
    expect(readByGuess("p@x.example", "nonsense;Ÿ@x.example", "")).toEqual([
      "invalid_address nonsense",
      "guessed_encoding Ÿ@x.example",
    ]);
    expect(readByGuess("p@x.example")).toEqual(["ragged_row "]);
    expect(readByGuess("p@x.example", "kŸfer", "")).toEqual(["invalid_address kŸfer"]);
    expect(readByGuess("p@x.example", "Ÿ?@x.example", "")).toEqual(["lost_character Ÿ?@x.example"]);
    expect(readByGuess("p@x.example", "Ÿ@x.example", "", "London")).toEqual(["ragged_row Ÿ@x.example"]);
  });

  it("names the encoding that was assumed and what to give", () => {
    const cells = ["p@x.example", "jŸrgen@x.example", ""];
    const record = { line: 2, cells, raw: cells.join(",") };
    expect(withoutGuesses(parseRecord(record, layout), record, layout, "windows-1252")).toMatchObject({
      message: expect.stringMatching(
        /^'jŸrgen@x\.example' has letters beyond ASCII.* is a guess: windows-1252\..* --encoding windows-1252; .* macintosh, cp850, cp437$/,
      ),
    });
  });
});
