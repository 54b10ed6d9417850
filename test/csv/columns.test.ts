import { describe, expect, it } from "vitest";
import { columnsByHeader, columnsByPosition } from "../../src/csv/columns.ts";

const place = { name: "aliases.csv", line: 3, delimiter: "," };
const byHeader = (header: readonly string[], choice = {}) => columnsByHeader(header, [], choice, place);

describe("the two columns are found", () => {
  it.each([
    [["aliasFor", "alias"], { aliasFor: 0, alias: 1 }],
    [["Alias", "note", "ALIAS_FOR"], { aliasFor: 2, alias: 0 }],
    [["alias-for", " Alias "], { aliasFor: 0, alias: 1 }],
    [["Alias For", "a-l-i-a-s", "aliases"], { aliasFor: 0, alias: 1 }],
    [["note", "aliasFor", "alias", "note"], { aliasFor: 1, alias: 2 }],
  ])("by header, case, spaces, _ and - making no difference: %j", (header, columns) => {
    expect(byHeader(header)).toEqual(columns);
  });

  it("by the names that --columns gives, matched likewise", () => {
    const choice = { aliasFor: "primary_address", alias: "SECOND" };
    expect(byHeader(["Second", "x", "Primary Address"], choice)).toEqual({ aliasFor: 2, alias: 0 });
  });

  it("by one name that --columns gives, and by header", () => {
    expect(byHeader(["alias", "mail"], { aliasFor: "mail" })).toEqual({ aliasFor: 1, alias: 0 });
  });

  it("by position without a header, by default the first two", () => {
    expect(columnsByPosition(2, {}, place)).toEqual({ aliasFor: 0, alias: 1 });
    expect(columnsByPosition(4, { aliasFor: "4", alias: "1" }, place)).toEqual({ aliasFor: 3, alias: 0 });
  });
});

describe("columns that can't be found stop the run and say what was found and what to type", () => {
  it.each([
    [["Nom", "Old address"], {}, /aliases\.csv, line 3: no column "aliasFor" and "alias"/],
    [["Mail", "Old mail"], {}, /no column "alias" .*Found: "Mail", "Old mail"/],
    [["Mail", "Old mail"], {}, /--columns "aliasFor=Mail,alias=Old mail"/],
    [["cur", "alias"], {}, /no column "aliasFor" .*--columns "aliasFor=cur,alias=alias"/],
    [["who", "alias", "note"], {}, /--columns "aliasFor=NAME,alias=alias"/],
    [["a", "b", "c"], {}, /--columns "aliasFor=NAME,alias=NAME"/],
    [["aliasFor", "alias"], { alias: "old" }, /no column "old"/],
    [["ann@x.example", "a@x.example"], {}, /no header line, add --no-header/],
    [["aliasFor;alias"], {}, /separated by ';': add --delimiter ';'/],
    [["aliasFor\talias"], {}, /separated by tabs: add --delimiter tab/],
    [
      ["alias", "aliasFor", "Alias"],
      {},
      /"alias" occurs more than once, in columns 1 \("alias"\) and 3 \("Alias"\)/,
    ],
    [["bad\u001b[31m"], {}, /Found: "bad\\u\{1b\}\[31m"/],
  ])("%j with %j", (header, choice, message) => {
    expect(() => byHeader(header, choice)).toThrow(message);
    expect(() => byHeader(header, choice)).toThrow(expect.objectContaining({ kind: "input" }));
  });

  it.each([
    [1, {}, "input", /alias should be in column 2, and the record has 1 cell/],
    [2, { alias: "3" }, "input", /alias should be in column 3, and the record has 2 cells/],
    [2, { alias: "mail" }, "usage", /alias=mail: with --no-header, give the column's position/],
    [2, { alias: "0" }, "usage", /position, from 1/],
    [2, { aliasFor: "2" }, "usage", /one column for both/],
  ])("of %i cells by position, %j", (cellCount, choice, kind, message) => {
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(message);
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(expect.objectContaining({ kind }));
  });

  it("one column for both addresses", () => {
    expect(() => byHeader(["mail", "x"], { aliasFor: "mail", alias: "Mail" })).toThrow(/one column for both/);
  });
});
