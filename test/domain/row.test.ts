import { describe, expect, it } from "vitest";
import { readRow } from "../../src/domain/row.ts";

const layout = { columns: { aliasFor: 0, alias: 1 }, cellCount: 2 };
const record = (...cells: string[]) => ({ line: 7, cells, raw: cells.join(",") });

describe("a record gives a pair", () => {
  it("with both addresses as written and as compared", () => {
    expect(readRow(record("Ann@Corp.example", "ann@Old.example"), layout)).toEqual({
      kind: "pair",
      pair: { aliasFor: "Ann@Corp.example", alias: "ann@Old.example" },
      aliasForKey: "ann@corp.example",
      aliasKey: "ann@old.example",
      cleaned: false,
    });
  });

  it.each([
    [" ann@corp.example", "ann@old.example"],
    ["ann@corp.example", "ann@old.example\u200b"],
  ])("and says when something around one of them was removed: %j %j", (aliasFor, alias) => {
    expect(readRow(record(aliasFor, alias), layout)).toMatchObject({
      kind: "pair",
      pair: { aliasFor: "ann@corp.example", alias: "ann@old.example" },
      cleaned: true,
    });
  });

  it("from the columns that the layout names", () => {
    const wide = { columns: { aliasFor: 2, alias: 0 }, cellCount: 3 };
    expect(readRow(record("a@old.example", "Ann", "ann@corp.example"), wide)).toMatchObject({
      pair: { aliasFor: "ann@corp.example", alias: "a@old.example" },
    });
  });
});

describe("a record is invalid", () => {
  it.each([
    ["ragged_row", ["a@x.example"], /has 1 cells, and 2 were expected$/],
    ["ragged_row", ["a@x.example", "b@x.example", ""], /has 3 cells, and 2 were expected$/],
    ["not_an_address", ["a@x.example", "m\u{fffd}@x.example"], /^alias: .*could not be decoded/],
    ["empty_cell", ["", "b@x.example"], /of aliasFor is empty/],
    ["empty_cell", ["a@x.example", "\u00a0 "], /of alias is empty/],
    ["empty_cell", ["nonsense", ""], /of alias is empty/],
    ["not_an_address", ["ann", "b@x.example"], /^aliasFor: 'ann' has no @/],
    ["not_an_address", ["a@x.example", "b@x"], /^alias: the domain 'x' has no dot/],
    ["alias_is_primary", ["Ann@x.example", "ann@X.example"], /same address, ann@x\.example/],
  ])("%s: %j", (code, cells, message) => {
    const reading = readRow(record(...cells), layout);
    expect(reading).toMatchObject({
      kind: "invalid",
      code,
      aliasFor: cells[0] ?? "",
      alias: cells[1] ?? "",
      message: expect.stringMatching(message),
    });
  });

  it("undecodable: wherever its bytes are no text, and the place is shown", () => {
    const raw = `${"x".repeat(100)},a@x.example,m\u{fffd}@x.example`;
    const undecodable = "has bytes that are no text in UTF-8";
    expect(
      readRow({ line: 7, cells: ["a@x.example", "b@x.example"], raw, undecodable }, layout),
    ).toMatchObject({
      kind: "invalid",
      code: "undecodable",
      message: "the record has bytes that are no text in UTF-8: '…xxxxxx,a@x.example,m\u{fffd}@x.example'",
    });
  });

  it("not for a U+FFFD that the file itself holds in another column", () => {
    const record = {
      line: 7,
      cells: ["a@x.example", "b@x.example"],
      raw: "a@x.example,b@x.example,M\u{fffd}ller",
    };
    expect(readRow(record, layout)).toMatchObject({ kind: "pair" });
  });

  it("and a ragged one of several lines says how far it reaches, as a quotation mark may be missing", () => {
    const swallowed = { line: 5, cells: ["x"], raw: '"a@x.example,b@x.example\r\nc@x.example\n"' };
    expect(readRow(swallowed, layout)).toMatchObject({
      message: expect.stringMatching(/reaches to line 7: is a quotation mark missing\?/),
    });
  });
});
