import { describe, expect, it } from "vitest";
import type { InputOptions } from "../../src/csv/open-input.ts";
import { allRecords, openText } from "./reading.ts";

async function read(content: string, options: InputOptions = {}, piece?: number) {
  const input = await openText(content, options, piece);
  return { input, records: await allRecords(input) };
}

describe("the delimiter is told from the header and the first records", () => {
  it.each([
    [",", "commas"],
    [";", "semicolons, as a German Excel"],
    ["\t", "tabs, as Excel's Unicode Text"],
    ["|", "pipes"],
  ])("%j: %s", async (delimiter) => {
    const { input, records } = await read(
      `aliasFor${delimiter}alias\nann@x.example${delimiter}a@x.example\n`,
    );
    expect(input.delimiter).toBe(delimiter);
    expect(records[0]?.cells).toEqual(["ann@x.example", "a@x.example"]);
  });

  it.each([
    [
      "an address list in cells that are not quoted",
      "mail,proxyAddresses\nann@x.example,SMTP:ann@x.example;smtp:a@x.example\n",
      ",",
    ],
    [
      "names with commas before semicolons",
      "Name, first;mail;alias\nMiller, Ann;ann@x.example;a@x.example\n",
      ";",
    ],
    [
      "distinguished names with commas, and tabs",
      "dn\tmail\talias\nCN=Ann,OU=a,DC=x\tann@x.example\ta@x.example\n",
      "\t",
    ],
    [
      "quoted cells with the other delimiter",
      'aliasFor;alias;note\n"ann@x.example";"a@x.example";"a,b,c"\n',
      ";",
    ],
    [
      "quoted line breaks with the other delimiter",
      'aliasFor;alias;note\nann@x.example;a@x.example;"a,b\n,,,\n"\n',
      ";",
    ],
    ["a header alone", "aliasFor;alias", ";"],
    [
      "more notes with commas than addresses",
      "aliasFor|alias|note, long\na@x.example|b@x.example|,,,,,,\n",
      "|",
    ],
  ])("with %s", async (_, content, delimiter) => {
    expect((await read(content)).input.delimiter).toBe(delimiter);
  });

  it.each([
    ["ann@x.example;a@x.example\n", ";"],
    ["ann@x.example,SMTP:ann@x.example;smtp:a@x.example\n", ","],
    ["ann@x.example;SMTP:ann@x.example,smtp:a@x.example\n", ";"],
    ["ann@x.example\ta@x.example\tMiller, Ann\n", "\t"],
  ])("without a header: %j", async (content, delimiter) => {
    expect((await read(content, { noHeader: true })).input.delimiter).toBe(delimiter);
  });

  it("with the names that --columns gives", async () => {
    const columns = { aliasFor: "Wer", aliases: ["Alt"] };
    const { input } = await read("Notiz, lang;Wer;Alt\nx, y;ann;a\n", { columns });
    expect(input).toMatchObject({ delimiter: ";", columns: { aliasFor: 1, aliases: [2] } });
  });

  it("but --delimiter says it, and may be any character", async () => {
    const { input, records } = await read("aliasFor^alias\nann@x.example^a,b;c\n", { delimiter: "^" });
    expect(input.delimiter).toBe("^");
    expect(records[0]?.cells).toEqual(["ann@x.example", "a,b;c"]);
  });

  it("also where the beginning ends in the middle of a record", async () => {
    const record = `ann@x.example;a@x.example;"${"x,\n".repeat(500)}"\n`;
    const { input, records } = await read(`aliasFor;alias;note\n${record.repeat(400)}`);
    expect(input.delimiter).toBe(";");
    expect(records).toHaveLength(400);
    expect(records.at(-1)?.line).toBe(2 + 399 * 501);
  });
});

describe("a delimiter that does not fit is noticed", () => {
  it.each<[string, string, InputOptions, RegExp]>([
    [
      "given for a header that has another one",
      "aliasFor;alias\na@x.example;b@x.example\n",
      { delimiter: "," },
      /separated by ';': add --delimiter ';'/,
    ],
    [
      "given for a header that has both",
      "Name, first;mail;alias\nA, B;a@x.example;b@x.example\n",
      { delimiter: "," },
      /read with ',' between cells, and has ';' too.*--delimiter ';'/,
    ],
    [
      "that nobody guesses",
      "aliasFor:alias\na@x.example:b@x.example\n",
      {},
      /single column, read with ',' between cells.*--delimiter/,
    ],
    [
      "of the header alone",
      "aliasFor,alias\r\na@x.example;b@x.example\r\nc@x.example;d@x.example\r\n",
      {},
      /line 1: the header has ',' between its cells, but the records after it have ';'/,
    ],
  ])("%s", async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
    await expect(read(content, options)).rejects.toMatchObject({ kind: "input" });
  });

  it("of the header alone, also where the beginning that is looked at ends in the middle of a record", async () => {
    const record = `a@x.example;b@x.example;${"x".repeat(10_000)}\n`;
    await expect(read(`aliasFor,alias,note\n${record.repeat(30)}`)).rejects.toThrow(
      /records after it have ';'/,
    );
  });

  it("but a short record among others is that record's own fault", async () => {
    const { records } = await read("aliasFor,alias\na@x.example;b@x.example\nc@x.example,d@x.example\n");
    expect(records.map(({ cells }) => cells.length)).toEqual([1, 2]);
  });

  it("nor does a file of one broken record stop the run", async () => {
    expect((await read("aliasFor,alias\na@x.example\n")).records).toHaveLength(1);
  });
});

describe("lines before the header are passed over, counted, and given back with it", () => {
  it.each([
    ["sep=;\r\naliasFor;alias\r\nann@x.example;a@x.example\r\n", ";", 3],
    ["SEP=|\naliasFor|alias\nann@x.example|a@x.example\n", "|", 3],
    ['"sep=;"\naliasFor;alias\nann@x.example;a@x.example\n', ";", 3],
    ["sep=^\raliasFor^alias\rann@x.example^a@x.example\r", "^", 3],
    ["sep=\t\naliasFor\talias\n\nann@x.example\ta@x.example\n", "\t", 4],
    [
      "#TYPE System.Management.Automation.PSCustomObject\r\naliasFor,alias\r\nann@x.example,a@x.example\r\n",
      ",",
      3,
    ],
    ["#TYPE Selected.System;;\r\naliasFor;alias\r\nann@x.example;a@x.example\r\n", ";", 3],
    ["sep=,\n#TYPE X\naliasFor,alias\nann@x.example,a@x.example\n", ",", 4],
  ])("%j", async (content, delimiter, line) => {
    for (const piece of [1, 65536]) {
      const { input, records } = await read(content, {}, piece);
      expect(input.delimiter).toBe(delimiter);
      expect(records).toMatchObject([{ line, cells: ["ann@x.example", "a@x.example"] }]);
      const { headerRaw, lineBreak } = input;
      const again = await read(
        `${headerRaw}${lineBreak}${records.map(({ raw }) => raw + lineBreak).join("")}`,
      );
      expect(again.records.map(({ cells }) => cells)).toEqual(records.map(({ cells }) => cells));
      expect(headerRaw?.startsWith(content.slice(0, 5))).toBe(true);
    }
  });

  it("sep= also where there is no header", async () => {
    const { input, records } = await read("sep=;\nann@x.example;a,b\n", { noHeader: true });
    expect(input).toMatchObject({ header: undefined, headerRaw: "sep=;", delimiter: ";" });
    expect(records).toMatchObject([{ line: 2, cells: ["ann@x.example", "a,b"] }]);
  });

  it("but --delimiter counts before sep=", async () => {
    const { records } = await read("sep=;\naliasFor,alias\nann@x.example,a;b\n", { delimiter: "," });
    expect(records).toMatchObject([{ line: 3, cells: ["ann@x.example", "a;b"] }]);
  });
});
