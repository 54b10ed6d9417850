import { describe, expect, it } from "vitest";
import { findHeader } from "../../src/csv/find-header.ts";
import type { InputOptions } from "../../src/csv/open-input.ts";
import { allRecords, openText } from "./reading.ts";

async function read(content: string, options: InputOptions = {}) {
  const input = await openText(content, options);
  const records = await allRecords(input);
  return { input, records, lines: records.map(({ line }) => line) };
}

const TABLE = "PrimarySmtpAddress,EmailAddresses\nann@new.example,smtp:ann@old.example\n";

describe("a header that is not in the first record", () => {
  it.each([
    ["a title line with a comma", "Mailbox alias report,2026-11-25\n", 2],
    ["a line of one cell, as Numbers writes it", "Table 1\n", 2],
    ["Entra's version line", "version:v1.0,,,\n", 2],
    ["prose and a blank line", "Report generated at 2026-11-25 10:00\nTenant: new.example\n\n", 4],
    ["comments", "# exported by ann@new.example\n# all mailboxes, of all kinds\n", 3],
    ["ninety-nine lines of something", "something\n".repeat(99), 100],
  ])("is found behind %s, and its line is named", async (_, before, line) => {
    const refused = read(before + TABLE);
    await expect(refused).rejects.toMatchObject({ kind: "input" });
    await expect(refused).rejects.toThrow(
      `line ${line} looks like the header: "PrimarySmtpAddress", "EmailAddresses". Line 1 does not. Give --header-line ${line}`,
    );
    const { input, lines } = await read(before + TABLE, { headerLine: line });
    expect(input.header).toEqual(["PrimarySmtpAddress", "EmailAddresses"]);
    expect(lines).toEqual([line + 1]);
  });

  it("is found by its delimiter, which what is above it has not", async () => {
    const text = `Report, of today\n\n${TABLE.replaceAll(",", ";")}`;
    await expect(read(text)).rejects.toThrow(
      /line 3 looks like the header: "PrimarySmtpAddress", "EmailAddresses"/,
    );
    expect((await read(text, { headerLine: 3 })).input.delimiter).toBe(";");
  });

  it("is found above the first addresses where it has other names", async () => {
    const text = "Table 1\n,,\nwho,old,note\nann@new.example,ann@old.example,x\n";
    await expect(read(text)).rejects.toThrow(/line 3 looks like the header: "who", "old", "note"/);
  });

  it("is found by the names that --columns gives", async () => {
    const text = "Table 1\nwho,old\nann@new.example,ann@old.example\n";
    const columns = { aliasFor: "who", aliases: ["old"] };
    await expect(read(text, { columns })).rejects.toThrow(/line 2 looks like the header/);
    expect((await read(text, { columns, headerLine: 2 })).lines).toEqual([3]);
  });

  it.each([
    ["a first record that names one of the two", "Email,Old\nx,y\nann@new.example,ann@old.example\n"],
    ["a record without addresses", "who,old\nAnn,\nann@new.example,ann@old.example\n"],
    ["records of addresses", "ann@new.example,ann@old.example\nbob@new.example,bob@old.example\n"],
    ["a record of another length", "who,old\nx,y,z\nann@new.example,ann@old.example\n"],
    ["what is beyond the first hundred records", `${"something\n".repeat(100)}${TABLE}`],
  ])("is not seen in %s", async (_, text) => {
    await expect(read(text)).rejects.toThrow(/line 1: no column/);
  });

  it("is read behind empty records, which are skipped, said and kept for what is written back", async () => {
    const text = ",,,\n , ,,\n,email,name,alias\n,ann@new.example,Ann,ann@old.example\n";
    const { input, lines } = await read(text);
    expect(input).toMatchObject({
      header: ["", "email", "name", "alias"],
      headerRaw: ",,,\n , ,,\n,email,name,alias",
      columns: { aliasFor: 1, aliases: [3] },
    });
    expect(lines).toEqual([4]);
    expect(input.warnings()).toEqual(["2 empty records before the header are skipped"]);
  });
});

it("A table without addresses has no header further down", () => {
  expect(
    findHeader(
      [
        ["who", "old"],
        ["x", "y"],
        ["z", "w"],
      ],
      {},
    ),
  ).toBeUndefined();
  expect(findHeader([], {})).toBeUndefined();
});

describe("--header-line", () => {
  const text = 'Report "of today\r\nTenant;x\ry\n\nmail;alias\nann@new.example;ann@old.example\n';

  it("reads from the physical line on, and ignores what is before it, stray quotation marks among it", async () => {
    const { input, lines } = await read(text, { headerLine: 5 });
    expect(lines).toEqual([6]);
    expect(input.headerRaw).toBe(text.slice(0, text.indexOf("\nann@")));
    expect(input.delimiter).toBe(";");
  });

  it("keeps the lines before the header, so that the same command reads what is written back", async () => {
    const { input } = await read(text, { headerLine: 5 });
    const again = await read(`${input.headerRaw}\nbob@new.example;bob@old.example\n`, { headerLine: 5 });
    expect(again.records.map(({ cells }) => cells)).toEqual([["bob@new.example", "bob@old.example"]]);
  });

  it("takes the delimiter from a sep= line before it", async () => {
    const { input } = await read("sep=;\nReport, of, today\nmail;alias\nann@new.example;a@old.example\n", {
      headerLine: 3,
    });
    expect(input.delimiter).toBe(";");
  });

  it("is 1 for a header in the first line, also behind a sep= line", async () => {
    expect((await read(TABLE, { headerLine: 1 })).lines).toEqual([2]);
    expect((await read(`sep=,\n${TABLE}`, { headerLine: 1 })).lines).toEqual([3]);
  });

  it.each([
    [4, /line 4: --header-line 4 says that the header is here, but this line is empty. .* is line 5/],
    [7, /--header-line 7 says that the header is in line 7, but the file has 6 lines/],
    [6, /line 6: no column "aliasFor" and "alias"/],
    [2, /line 5 looks like the header: "mail", "alias". Line 2 does not. Give --header-line 5/],
  ])("that names line %i, where no header is, stops the run", async (headerLine, message) => {
    const refused = read(text, { headerLine });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ kind: "input" });
  });

  it("is not looked for beyond the beginning of a file", async () => {
    await expect(read("x\n".repeat(200_000), { headerLine: 150_000 })).rejects.toThrow(
      /is in line 150000, but its first \d+ bytes have [\d,]+ lines/,
    );
  });
});
