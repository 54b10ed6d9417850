import { describe, expect, it } from "vitest";
import { allRecords, openText } from "./reading.ts";

const HEADER = "PrimarySmtpAddress,EmailAddresses";
const ANN = '"ann@new.example,""SMTP:ann@new.example;smtp:ann@old.example"""';
const BOB = '"bob@new.example,bob@old.example"';

describe("records that a spreadsheet quoted whole", () => {
  it.each([
    ["under a header of two cells", HEADER],
    ["under a header that is quoted whole as well", `"${HEADER}"`],
  ])("are unquoted once more, and this is said, %s", async (_, header) => {
    const input = await openText(`${[header, ANN, BOB].join("\n")}\n`);
    expect(input.header).toEqual(["PrimarySmtpAddress", "EmailAddresses"]);
    expect(await allRecords(input)).toEqual([
      {
        line: 2,
        cells: ["ann@new.example", "SMTP:ann@new.example;smtp:ann@old.example"],
        raw: 'ann@new.example,"SMTP:ann@new.example;smtp:ann@old.example"',
      },
      { line: 3, cells: ["bob@new.example", "bob@old.example"], raw: "bob@new.example,bob@old.example" },
    ]);
    expect(input.warnings()).toEqual([
      "every record after the header is one quoted cell, as Excel writes it; each was read without its outer quotation marks",
    ]);
  });

  it("are left as they are where not every record is so", async () => {
    const input = await openText(`${[HEADER, ANN, "bob@new.example,bob@old.example"].join("\n")}\n`);
    expect((await allRecords(input)).map(({ cells }) => cells.length)).toEqual([1, 2]);
    expect(input.warnings()).toEqual([]);
  });

  it("are left as they are where they hold another number of cells, or several lines", async () => {
    for (const record of [
      '"bob@new.example,bob@old.example,x"',
      '"bob@new.example,a\nb,c"',
      '"bob@new.example,""b"',
      '"bob@new.example,b"c',
    ]) {
      const input = await openText(`${[HEADER, ANN, record].join("\n")}\n`);
      expect((await allRecords(input)).map(({ cells }) => cells.length)).toEqual([1, 1]);
    }
  });

  it("stop the run where a record far down is not so", async () => {
    const reading = openText(`${HEADER}\n${`${BOB}\n`.repeat(1_200)}bob@new.example,b@old.example\n`);
    await expect(reading.then(allRecords)).rejects.toThrow(
      "line 1202: the records before this one are quoted whole, and this one is not",
    );
  });
});
