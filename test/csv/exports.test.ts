import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type InputOptions, type OpenInput, openInput } from "../../src/csv/open-input.ts";
import type { InputRecord } from "../../src/domain/row.ts";
import { allRecords } from "./reading.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/csv");

async function exported(file: string, options: InputOptions = {}): Promise<OpenInput> {
  return await openInput({ kind: "file", path: join(FOLDER, file) }, options);
}

/** What is read from one export. */
interface Expected {
  readonly encoding: string;
  readonly delimiter: string;
  /** Headers of the two columns. */
  readonly columns: readonly [aliasFor: string, alias: string];
  /** The lines on which records begin. */
  readonly lines: readonly number[];
  /** A cell of the first record that only the right reading gives. */
  readonly cell: string;
  readonly bom?: boolean;
}

const LISTS = ["PrimarySmtpAddress", "EmailAddresses"] as const;
const OWN = ["aliasFor", "alias"] as const;

describe("a file is read at the first try that somebody exported with", () => {
  it.each<[string, string, Expected]>([
    [
      "Get-Mailbox | Export-Csv in Windows PowerShell 5, with its #TYPE line",
      "get-mailbox-windows-powershell-5.csv",
      { encoding: "UTF-8", delimiter: ",", columns: LISTS, lines: [3, 4, 5], cell: "Ann M?ller" },
    ],
    [
      "Get-Mailbox | Export-Csv -Encoding UTF8 in Windows PowerShell 5",
      "get-mailbox-windows-powershell-5-utf8.csv",
      { encoding: "UTF-8", delimiter: ",", columns: LISTS, lines: [3, 4, 5], cell: "Ann Müller", bom: true },
    ],
    [
      "Get-Mailbox | Export-Csv in PowerShell 7",
      "get-mailbox-powershell-7.csv",
      { encoding: "UTF-8", delimiter: ",", columns: LISTS, lines: [2, 3, 4], cell: "Ann Müller" },
    ],
    [
      "the same, and compressed with gzip",
      "get-mailbox-powershell-7.csv.gz",
      { encoding: "UTF-8", delimiter: ",", columns: LISTS, lines: [2, 3, 4], cell: "Ann Müller" },
    ],
    [
      "Get-Mailbox | Export-Csv without joining the collections",
      "get-mailbox-not-joined.csv",
      { encoding: "UTF-8", delimiter: ",", columns: LISTS, lines: [3, 4, 5], cell: "Ann Müller" },
    ],
    [
      "Get-ADUser -Properties proxyAddresses, semicolons, -Encoding Unicode",
      "get-aduser-proxyaddresses.csv",
      {
        encoding: "UTF-16 LE",
        delimiter: ";",
        columns: ["mail", "proxyAddresses"],
        lines: [3, 5],
        cell: "SMTP:ann.mueller@company.example\nsmtp:ann@old-company.example",
        bom: true,
      },
    ],
    [
      "csvde",
      "csvde.csv",
      {
        encoding: "Windows-1252",
        delimiter: ",",
        columns: ["mail", "proxyAddresses"],
        lines: [2, 3, 4],
        cell: "CN=Ann Mueller,OU=Staff,DC=company,DC=example",
      },
    ],
    [
      "Excel as CSV UTF-8",
      "excel-csv-utf8.csv",
      { encoding: "UTF-8", delimiter: ",", columns: OWN, lines: [2, 3], cell: "Einkauf, Köln", bom: true },
    ],
    [
      "Excel as Unicode Text",
      "excel-unicode-text.txt",
      {
        encoding: "UTF-16 LE",
        delimiter: "\t",
        columns: OWN,
        lines: [2, 3],
        cell: "Einkauf, Köln",
        bom: true,
      },
    ],
    [
      "a German Excel as CSV",
      "excel-german-csv.csv",
      { encoding: "Windows-1252", delimiter: ";", columns: OWN, lines: [2, 3], cell: "Einkauf, Köln" },
    ],
    [
      "a German Excel, with a sep= line",
      "excel-german-sep.csv",
      { encoding: "Windows-1252", delimiter: ";", columns: OWN, lines: [3, 4], cell: "Einkauf, Köln" },
    ],
    [
      "Google Sheets",
      "google-sheets.csv",
      { encoding: "UTF-8", delimiter: ",", columns: OWN, lines: [2, 3], cell: "Einkauf, Köln" },
    ],
    [
      "Mimecast's own spreadsheet columns",
      "mimecast-spreadsheet.csv",
      { encoding: "UTF-8", delimiter: ",", columns: ["email", "alias"], lines: [2, 3], cell: "Ann Müller" },
    ],
    [
      "SQL Server's bcp -w, which writes UTF-16 without a byte order mark",
      "database-bcp-w.txt",
      { encoding: "UTF-16 LE", delimiter: "\t", columns: OWN, lines: [2, 3], cell: "Einkauf, Köln" },
    ],
    [
      "Out-File -Encoding BigEndianUnicode",
      "out-file-bigendianunicode.csv",
      {
        encoding: "UTF-16 BE",
        delimiter: ",",
        columns: OWN,
        lines: [2, 3],
        cell: "Einkauf, Köln",
        bom: true,
      },
    ],
    [
      "psql -A, with pipes",
      "psql-unaligned.txt",
      { encoding: "UTF-8", delimiter: "|", columns: OWN, lines: [2, 3], cell: "Einkauf, Köln" },
    ],
    [
      "several programs, and merged by hand",
      "merged-by-hand.csv",
      { encoding: "UTF-8", delimiter: ",", columns: OWN, lines: [2, 4, 5], cell: "ann@old-company.example" },
    ],
  ])("%s", async (_, file, { bom = false, ...expected }) => {
    const input = await exported(file);
    const records = await allRecords(input);
    const { aliasFor, aliases } = input.columns;
    expect({
      encoding: input.encoding(),
      delimiter: input.delimiter,
      columns: [input.header?.[aliasFor], input.header?.[aliases[0] ?? -1]],
      lines: records.map(({ line }) => line),
      bom: input.bom,
    }).toEqual({
      encoding: expected.encoding,
      delimiter: expected.delimiter,
      columns: expected.columns,
      lines: expected.lines,
      bom,
    });
    expect(records[0]?.cells).toContain(expected.cell);
    expect(
      records.every(
        ({ cells, undecodable }) => cells.length === input.cellCount && undecodable === undefined,
      ),
    ).toBe(true);
  });

  it("Excel as CSV (Macintosh), with --encoding macintosh", async () => {
    const input = await exported("excel-csv-macintosh.csv", { encoding: "macintosh" });
    expect(input.lineBreak).toBe("\r");
    expect((await allRecords(input)).map(({ cells }) => cells[2])).toEqual([
      "Einkauf, Köln",
      'Verkauf; "Süd"',
    ]);
  });

  it("Excel as CSV (Macintosh), without it: the addresses are right, and the run says what to look at", async () => {
    const input = await exported("excel-csv-macintosh.csv");
    expect((await allRecords(input)).map(({ cells }) => cells[1])).toEqual([
      "ann@old-company.example",
      "bob@old-company.example",
    ]);
    expect(input.warnings()).toEqual([expect.stringMatching(/read as Windows-1252.*--encoding/)]);
  });

  it("a script that writes no header, with --no-header", async () => {
    const input = await exported("no-header.csv", { noHeader: true });
    expect(input).toMatchObject({ delimiter: ";", columns: { aliasFor: 0, aliases: [1] } });
    expect(await allRecords(input)).toHaveLength(2);
  });
});

describe("a file in which a record is wrong is read, and the record is told", () => {
  const told = ({ line, cells, undecodable }: InputRecord) =>
    `${line} ${cells.length} ${undecodable ?? "decoded"}`;

  it("with bytes that are no text, a NUL, and a letter that was lost before", async () => {
    expect((await allRecords(await exported("damaged-bytes.csv"))).map(told)).toEqual([
      "2 3 decoded",
      "3 3 decoded",
      "4 3 has bytes that are not text in UTF-8",
      "5 3 has a NUL character, which text can't contain",
      "6 3 decoded",
    ]);
  });

  it("with cells too many, too few, and a quotation mark that swallows a line", async () => {
    expect((await allRecords(await exported("ragged.csv"))).map(told)).toEqual([
      "2 4 decoded",
      "3 2 decoded",
      "4 2 decoded",
      "6 3 decoded",
    ]);
  });
});

describe("a file that can't be read stops the run, with what was found and what to do", () => {
  it.each([
    [
      "in which a header is there twice",
      "header-twice.csv",
      /line 1: the header "aliasFor" occurs more than once, in columns 1 \("aliasFor"\) and 3 \("Alias For"\); rename/,
    ],
    [
      "in which two columns can be meant",
      "two-candidates.csv",
      /alias can be any of 2 \("EmailAddresses"\) and 3 \("ProxyAddresses"\).*--columns "aliasFor=PrimarySmtpAddress,alias=EmailAddresses"/,
    ],
    [
      "with German headers",
      "german-headers.csv",
      /Found: "Anzeigename", "Primäre E-Mail-Adresse", "Alias-Adresse".*--columns "aliasFor=Primäre E-Mail-Adresse,alias=Alias-Adresse"/,
    ],
    [
      "with French headers",
      "french-headers.csv",
      /--columns "aliasFor=Adresse principale,alias=Adresse secondaire"/,
    ],
    ["with Dutch headers", "dutch-headers.csv", /--columns "aliasFor=Hoofdadres,alias=Oud adres"/],
    [
      "without a header",
      "no-header.csv",
      /That looks like a record: if the file has no header line, add --no-header/,
    ],
    [
      "with a quotation mark that is never closed",
      "open-quote.csv",
      /line 3: the record that begins here opens a quotation mark that is never closed/,
    ],
    ["compressed, and cut off when it was copied", "cut-off.csv.gz", /gzip and is cut off/],
    [
      "that is an Excel workbook with another name",
      "workbook-renamed.csv",
      /is an Excel workbook .*save it as CSV UTF-8/,
    ],
  ])("%s", async (_, file, message) => {
    const reading = exported(file).then(allRecords);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ kind: "input" });
  });
});

it("Every file of the folder is read here, and told in its README", () => {
  const test = readFileSync(import.meta.filename, "utf8");
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  const files = readdirSync(FOLDER).filter((file) => file !== "README.md");
  expect(files.filter((file) => !test.includes(`"${file}"`))).toEqual([]);
  expect(files.filter((file) => !readme.includes(file.replace(/^.*(?=\.csv\.gz$)/, "")))).toEqual([]);
});
