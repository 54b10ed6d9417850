import { describe, expect, it } from "vitest";
import { quotationFault } from "../../src/domain/quotation.ts";

const TWO = { delimiter: ",", columns: { aliasFor: 0, aliases: [1] }, cellCount: 2 };
const THREE = { ...TWO, cellCount: 3 };
const ALIAS_FIRST = { ...TWO, columns: { aliasFor: 1, aliases: [0] } };
const MIDDLE = { delimiter: ",", columns: { aliasFor: 1, aliases: [2] }, cellCount: 4 };

/** The code of a record's fault; `cells` as the parser cuts `raw`. */
function codeOf(raw: string, cells: readonly string[], shape: Parameters<typeof quotationFault>[1] = TWO) {
  return quotationFault({ line: 2, raw, cells }, shape)?.code;
}

/** Cuts strict CSV into cells. */
function cut(raw: string): string[] {
  return [...raw.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? "").replaceAll('""', '"'),
  );
}

describe("a quotation mark is misplaced", () => {
  it.each([
    ["inside an unquoted cell", 'p@x.example,a"@x.example', ["p@x.example", 'a"@x.example']],
    ["at the end of an unquoted cell", 'p@x.example,a@x.example"', ["p@x.example", 'a@x.example"']],
    ["behind a space", 'p@x.example, "a@x.example"', ["p@x.example", ' "a@x.example"']],
    ["with text behind it", '"p@x.example"x,a@x.example', ['"p@x.example"x', "a@x.example"]],
    ["with a space behind it", '"p@x.example" ,a@x.example', ['"p@x.example" ', "a@x.example"]],
    ["doubled in an unquoted cell", 'p@x.example,5"" pipe', ["p@x.example", '5"" pipe']],
  ])("%s", (_, raw, cells) => {
    expect(codeOf(raw, cells)).toBe("misplaced_quote");
  });

  it("tells its line, what is around it, and what to do", () => {
    const raw = 'p@x.example,"a@x.example\nq@x.example,"b@x.example';
    const cells = ["p@x.example", '"a@x.example\nq@x.example,"b@x.example'];
    expect(quotationFault({ line: 7, raw, cells }, TWO)).toEqual({
      code: "misplaced_quote",
      message:
        'line 8 has a quotation mark inside a cell, near \'example\\u{a}q@x.example,"b@x.example\', in the record of lines 7 to 8. Remove it if it is stray. If it belongs to the text, put the whole cell in quotation marks and write "" for each one inside',
    });
  });

  it.each([
    'p@x.example,"5"" pipe"',
    '"say ""hi""",p@x.example',
    '"""",""',
    'p@x.example,"""a"""',
    '"a","b""c",d',
  ])("strict CSV has no misplaced one: %s", (raw) => {
    expect(codeOf(raw, cut(raw))).toBeUndefined();
  });

  it("leaves a quoted cell without an end to the parser, which rejects it", () => {
    expect(codeOf('p@x.example,"a""b', ["p@x.example", 'a"b'])).toBeUndefined();
  });

  it("accepts delimiters of two code units", () => {
    const shape = { ...TWO, delimiter: "😀" };
    expect(codeOf('p😀"a""b"😀c', ["p", 'a"b', "c"], shape)).toBeUndefined();
    expect(codeOf('p😀"a"b😀c', ["p", '"a"b', "c"], shape)).toBe("misplaced_quote");
  });
});

describe("a quoted cell has swallowed other records", () => {
  it.each([
    ["a line of it is a record", 'p@x.example,"a@x.example\nq@x.example,b@x.example"', TWO],
    ["a line of it is a record without alias", 'p@x.example,"a@x.example\nq@x.example,"', TWO],
    ["a line of it is a record with CRLF", 'p@x.example,"a@x.example\r\nq@x.example,b@x.example"', TWO],
    ["a line in a note is a record", 'p@x.example,a@x.example,"x\nq@x.example,b@x.example,y"', THREE],
    ["a line is a record with an empty cell too many", 'p@x.example,"a\nq@x.example,b@x.example,"', TWO],
    [
      "a line is a record with empty cells missing",
      'p@x.example,a@x.example,"x\nq@x.example,b@x.example"',
      THREE,
    ],
    ["a line is a record with a list", 'p@x.example,"a@x.example\nq@x.example,b@x.example,c@x.example"', TWO],
    ["its first line is a record", '"a@x.example,p@x.example\nb@x.example",q@x.example', ALIAS_FIRST],
    [
      "the first and the last line are records",
      'p@x.example,"a@x.example,\nq@x.example",b@x.example,',
      THREE,
    ],
    [
      "the record should have ended in its first line",
      'p@x.example,"x,a@x.example\nq@x.example,two\nlines",b@x.example',
      { ...THREE, columns: { aliasFor: 0, aliases: [2] } },
    ],
    [
      "the record without alias should have ended in its first line",
      'p@x.example,"x,\nq@x.example,two\nlines",b@x.example',
      { ...THREE, columns: { aliasFor: 0, aliases: [2] } },
    ],
    [
      "a record begins in its last line",
      'x,"a@x.example\nb@x.example,p@x.example\ny,c@x.example",q@x.example',
      { ...THREE, columns: { aliasFor: 2, aliases: [1] } },
    ],
    [
      "a mark moved to the one that opens the next list",
      'x,"a@x.example;\nb@x.example,p@x.example\nx,""c@x.example;\nd@x.example",q@x.example',
      { ...THREE, columns: { aliasFor: 2, aliases: [1] } },
    ],
    [
      "lists end in the delimiter, but hold pairs",
      'p@x.example,"a@x.example,\nq@x.example,b@x.example,"',
      TWO,
    ],
  ])("%s", (_, raw, shape) => {
    expect(codeOf(raw, cut(raw), shape)).toBe("swallowed_record");
  });

  it("tells the line that is a record, and which lines the damaged one has", () => {
    const raw = 'p@x.example,"a@x.example\nq@x.example,b@x.example\nr@x.example,c@x.example"';
    expect(quotationFault({ line: 2, raw, cells: cut(raw) }, TWO)?.message).toBe(
      "a quoted cell contains another record, 'q@x.example,b@x.example', in the record of lines 2 to 4. Look for a missing or surplus quotation mark, and fix it",
    );
  });

  it.each([
    ["a list of one address a line", 'p@x.example,"a@x.example\nb@x.example\nc@x.example"', TWO],
    ["a list whose lines end in the delimiter", 'p@x.example,"a@x.example,\nb@x.example,\nc@x.example"', TWO],
    ["such a list with spaces behind", 'p@x.example,"a@x.example, \nb@x.example, \nc@x.example"', TWO],
    ["such a list whose last line ends in it as well", 'p@x.example,"a@x.example,\nb@x.example,"', TWO],
    ["such a list in the first column", '"a@x.example,\nb@x.example",p@x.example', ALIAS_FIRST],
    [
      "a list of one address a line in the first column",
      '"a@x.example\nb@x.example",p@x.example',
      ALIAS_FIRST,
    ],
    ["such a list between others", 'x,p@x.example,"a@x.example,\nb@x.example",y', MIDDLE],
    [
      "a list of one address a line before an address",
      'p@x.example,"a@x.example\nb@x.example",f@y.example',
      THREE,
    ],
    ["a short record with a list of one address a line", 'x,p@x.example,"a@x.example\nb@x.example"', MIDDLE],
    ["a note of several lines", 'p@x.example,a@x.example,"see q@x.example,\nor call, if, need be"', THREE],
    [
      "a note with commas before an address",
      'p@x.example,"x, y\nz",a@x.example',
      { ...THREE, columns: { aliasFor: 0, aliases: [2] } },
    ],
    [
      "a note with as many commas as cells are behind it",
      'p@x.example,a@x.example,"St 1, X\nDE",5',
      { ...TWO, cellCount: 4 },
    ],
    [
      "a note with as many commas as cells are before it",
      'Ann,"St 1\nX, DE",p@x.example,a@x.example',
      { delimiter: ",", columns: { aliasFor: 2, aliases: [3] }, cellCount: 4 },
    ],
    [
      "a note that begins with a line of its own and has an address in the signature",
      'p@x.example,"Kind regards,\nAnn\np@x.example",a@x.example',
      { ...THREE, columns: { aliasFor: 0, aliases: [2] } },
    ],
    [
      "a note whose last line has a comma, and an address further up",
      '"Hi all,\nsee b@x.example.\nBye, Ann",a@x.example,p@x.example,',
      { delimiter: ",", columns: { aliasFor: 2, aliases: [1] }, cellCount: 4 },
    ],
    [
      "a note in the second column whose last line has a comma, and an address further up",
      'x,"Hi,\nask b@x.example, or\nBye, Ann",a@x.example,p@x.example',
      { delimiter: ",", columns: { aliasFor: 3, aliases: [2] }, cellCount: 4 },
    ],
    [
      "a list of one address a line before a note with a comma",
      'p@x.example,"a@x.example\nb@x.example","x, y",7',
      { ...TWO, cellCount: 4 },
    ],
    [
      "a list with commas before a note of several lines",
      '"a@x.example,b@x.example,c@x.example","Ann\n49",p@x.example',
      { ...THREE, columns: { aliasFor: 2, aliases: [0] } },
    ],
    [
      "a list whose lines end in the delimiter before a note with a comma",
      'p@x.example,"a@x.example,\nb@x.example","x, y"',
      THREE,
    ],
    [
      "a note behind aliasFor that begins with a line of its own",
      'Ann,p@x.example,"Hi,\nsee there\nx, y, z",a@x.example',
      { delimiter: ",", columns: { aliasFor: 1, aliases: [3] }, cellCount: 4 },
    ],
    ["an array in JSON of several lines", 'p@x.example,"[""a@x.example"",\n""b@x.example""]"', TWO],
    ["X500 names with commas", 'p@x.example,"a@x.example\nX500:/o=First, Inc/cn=p"', TWO],
  ])("%s is whole", (_, raw, shape) => {
    expect(codeOf(raw, cut(raw), shape)).toBeUndefined();
  });

  it("counts empty cells that every record of the file has at its end", () => {
    const raw = 'p@x.example,"a@x.example\nb@x.example",';
    expect(codeOf(raw, cut(raw), TWO)).toBe("swallowed_record");
    expect(codeOf(raw, cut(raw), { ...TWO, extraCells: 1 })).toBeUndefined();
  });
});
