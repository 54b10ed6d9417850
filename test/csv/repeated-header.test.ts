import { describe, expect, it } from "vitest";
import type { InputOptions } from "../../src/csv/open-input.ts";
import { allRecords, openText } from "./reading.ts";

async function read(content: string, options: InputOptions = {}) {
  const input = await openText(content, options);
  const records = await allRecords(input);
  return { remarks: input.warnings(), lines: records.map(({ line }) => line) };
}

const ANN = "ann@new.example,ann@old.example";
const BOB = "bob@new.example,bob@old.example";

describe("a second header further down", () => {
  it("is skipped and counted if it is the same", async () => {
    expect(await read(`aliasFor,alias\n${ANN}\nAlias_For,ALIAS\n${BOB}\n`)).toEqual({
      lines: [2, 4],
      remarks: ["the header occurs once more, in line 3, and is skipped there"],
    });
    const { remarks } = await read(`aliasFor,alias\naliasFor,alias\n${ANN}\naliasFor,alias\n${BOB}\n`);
    expect(remarks).toEqual(["the header occurs 2 times more, in line 2 first, and is skipped there"]);
  });

  it("is found in any batch of records", async () => {
    const text = `aliasFor,alias\n${`${ANN}\n`.repeat(1_200)}aliasFor,alias\n${ANN}\n`;
    const { lines, remarks } = await read(text);
    expect(lines).toHaveLength(1_201);
    expect(remarks).toEqual(["the header occurs once more, in line 1202, and is skipped there"]);
  });

  it.each([
    ["in another order", `aliasFor,alias\n${ANN}\nalias,aliasFor\n${BOB}\n`, {}, 3],
    ["in another order, with other columns", `note,mail,alias\nx,${ANN}\nalias,mail,note\n`, {}, 3],
    ["of another export, the other way round", `aliasFor,alias\n${ANN}\nproxyAddresses,mail\n`, {}, 3],
    ["of another export, in other columns", `aliasFor,alias\n${ANN}\nName,mail,aliases\n`, {}, 3],
    [
      "in another order, by names that --columns gives",
      `who,old\n${ANN}\nold,who\n`,
      { columns: { aliasFor: "who", aliases: ["old"] } },
      3,
    ],
    [
      "in another order, in a file without a header",
      `${ANN}\nalias,aliasFor\n${BOB}\n`,
      { noHeader: true },
      2,
    ],
  ])("stops the run if it is %s", async (_, text, options, line) => {
    const refused = read(text, options);
    await expect(refused).rejects.toMatchObject({ kind: "input" });
    await expect(refused).rejects.toThrow(
      new RegExp(`line ${line}: a second header, with its columns in another order: .*Split the file`),
    );
  });

  it.each([
    ["a record without an address", `aliasFor,alias\nann,nobody\n`, {}],
    ["a mailbox without an address that is called Mail", `Name,mail,alias\nMail,,\n`, {}],
    [
      "a nickname beside an address",
      `mail,name,alias\nalias,mail,ann@old.example\nbob@new.example,Bob,b@old.example\n`,
      {},
    ],
    ["a header that is a record, as there is none", `${ANN}\naliasFor,alias\n`, { noHeader: true }],
    ["a header of other names in the same columns", `aliasFor,alias\nmail,aliases\n`, {}],
  ])("is not seen in %s", async (_, text, options) => {
    expect((await read(text, options)).lines).toContain(2);
  });
});
